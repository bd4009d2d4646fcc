-- The difficulty that the service reported last, e.g. that Meta doesn't answer. It is over as soon as a later look, gate or
-- change of the state is on record.
alter table auto_promotion.ab_tests add column trouble text;
alter table auto_promotion.ab_tests add column trouble_at timestamptz;
