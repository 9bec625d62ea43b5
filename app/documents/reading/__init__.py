"""Documents that people hold or systems export, read as credentials; each file reads one format."""
