"""A data set by name, and whence it comes: archives, pictures of one's own, drawn shapes."""
