"""Photos, signatures and scanned papers of documents: cleaned, stored under random names, served behind the fence.

Owns Attachment and the bytes below MEDIA_ROOT. Does not know what a photo means: the document's own app does.
"""
