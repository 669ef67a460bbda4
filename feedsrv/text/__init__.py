"""Text: how text is read and written, for files and for questions alike."""
