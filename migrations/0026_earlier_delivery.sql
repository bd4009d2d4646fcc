-- What the ads of a test delivered before it was handed over to this service, and who declared that it counts. Tests from
-- before this column have none.
alter table auto_promotion.ab_tests
  add column earlier_delivery jsonb check (jsonb_typeof(earlier_delivery) = 'object');
