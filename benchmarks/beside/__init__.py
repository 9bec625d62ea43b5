"""What the service is compared with. Modules here run in an environment of their own: ../requirements.txt."""
