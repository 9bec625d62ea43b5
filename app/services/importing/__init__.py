"""Imports: a file becomes a job, its rows are checked and wait, and then all of it is applied at once or nothing."""
