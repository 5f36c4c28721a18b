-- Fails when, at the newest cut-off whose outcome is known, the published
-- probabilities were further from what happened than they may be. A thousand customers
-- are three percent away by chance alone: the fewer they are, the more is allowed.
{{ config(severity=var('churn_test_severity')) }}

with

evaluation as (

    select * from {{ ref('churn_model_evaluation') }}
    where is_published

),

newest as (

    select max(cut_off_date) as cut_off_date from evaluation

)

select
    evaluation.cut_off_date,
    evaluation.forecast_name,
    evaluation.customer_count,
    evaluation.calibration_error
from evaluation
inner join newest on evaluation.cut_off_date = newest.cut_off_date
where
    evaluation.calibration_error
    > {{ var('max_calibration_error') }} + 1 / sqrt(evaluation.customer_count)
