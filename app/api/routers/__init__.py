"""One router for every group of questions."""
