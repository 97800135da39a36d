"""What the Python fixers know: faults that output tells of, a project's modules, the names in them, edits of imports."""
