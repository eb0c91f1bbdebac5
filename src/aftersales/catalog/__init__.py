"""Labour operations, parts, service packages, prices and rates by station, payer and date.

Owns the masters of the network and the price list. Does not own stock (inventory) or what is charged on an order (repairs).
Documents: PartPrice and LabourRate, both proposed → reviewed | rejected, reviewed → withdrawn (PART-12).
"""
