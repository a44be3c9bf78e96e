-- The filters that more than one index could serve, and none in its order.
CREATE INDEX audit_changes_name_via ON audit (operator_name, via, time, seq)
    WHERE kind IN ('applied', 'outside', 'overwrote', 'superseded');
CREATE INDEX audit_changes_customer_via ON audit (customer, via, time, seq)
    WHERE kind IN ('applied', 'outside', 'overwrote', 'superseded');
CREATE INDEX audit_changes_customer_name_via ON audit (customer, operator_name, via, time, seq)
    WHERE kind IN ('applied', 'outside', 'overwrote', 'superseded');
