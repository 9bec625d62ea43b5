"""Reports for people to keep: worded once, and set as a page or as a PDF."""
