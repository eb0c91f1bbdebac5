"""Labour operations, parts, service packages, prices and rates by station, payer and date.

Owns the masters of the network and the price list. Not stock (inventory) nor what an order is charged (repairs).
Documents: PartPrice and LabourRate, both proposed → reviewed | rejected, reviewed → withdrawn (PART-12).
"""
