"""Posted money does not change, whoever writes: the database refuses it."""

APPEND_ONLY = """
CREATE TRIGGER settlement_line_is_append_only BEFORE UPDATE OR DELETE ON billing_settlementline
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER payment_is_append_only BEFORE UPDATE OR DELETE ON billing_payment
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER day_close_is_append_only BEFORE UPDATE OR DELETE ON billing_dayclose
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE FUNCTION keep_posted_settlement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (NEW.number, NEW.kind, NEW.order_id, NEW.payer, NEW.customer_id, NEW.station_id, NEW.posted_at,
                            NEW.posted_on, NEW.discount, NEW.net, NEW.tax, NEW.gross)
        IS DISTINCT FROM (OLD.number, OLD.kind, OLD.order_id, OLD.payer, OLD.customer_id, OLD.station_id, OLD.posted_at,
                          OLD.posted_on, OLD.discount, OLD.net, OLD.tax, OLD.gross)
        OR (OLD.state = 'reversed' AND NEW.state <> 'reversed')
        OR NEW.paid < OLD.paid OR NEW.refunded < OLD.refunded OR NEW.collected < OLD.collected
    THEN
        RAISE EXCEPTION 'a posted settlement does not change' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER settlement_stays_as_posted BEFORE UPDATE OR DELETE ON billing_settlement
    FOR EACH ROW EXECUTE FUNCTION keep_posted_settlement();
"""

UNDO = """
DROP TRIGGER settlement_stays_as_posted ON billing_settlement;
DROP FUNCTION keep_posted_settlement();
DROP TRIGGER day_close_is_append_only ON billing_dayclose;
DROP TRIGGER payment_is_append_only ON billing_payment;
DROP TRIGGER settlement_line_is_append_only ON billing_settlementline;
"""
