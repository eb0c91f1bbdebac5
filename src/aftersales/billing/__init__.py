"""Settlement sheets, payments, refunds, receivables and the day close."""
