"""Credentials and decisions in the formats that other systems speak."""
