"""The outbox: messages to staff and customers through channels behind one seam, with consent and quiet hours."""
