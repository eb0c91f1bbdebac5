"""The triggers that keep posted stock moves as they are, whoever writes (the function is the journal's)."""

APPEND_ONLY = """
CREATE TRIGGER stock_moves_are_append_only BEFORE UPDATE OR DELETE ON inventory_stockmove
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER stock_moves_are_never_emptied BEFORE TRUNCATE ON inventory_stockmove
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""

OPEN_AGAIN = """
DROP TRIGGER stock_moves_are_never_emptied ON inventory_stockmove;
DROP TRIGGER stock_moves_are_append_only ON inventory_stockmove;
"""
