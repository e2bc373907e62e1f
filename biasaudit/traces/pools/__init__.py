"""Whether annotators of one kind label a group otherwise than others do, on the same items."""
