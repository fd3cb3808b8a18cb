"""Text, files and generators to sequences."""
