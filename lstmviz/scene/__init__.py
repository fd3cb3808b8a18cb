"""Pictures as frozen shapes, without Qt."""
