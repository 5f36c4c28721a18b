-- Fails when, at the newest cut-off whose outcome is known, the published
-- probabilities ranked the customers worse than the days since the last order do, or
-- told less than the share of churners alone.
{{ config(severity=var('churn_test_severity')) }}

with

evaluation as (

    select * from {{ ref('churn_model_evaluation') }}

),

published as (

    select * from evaluation
    where is_published

),

newest as (

    select max(cut_off_date) as cut_off_date from published

)

select
    published.cut_off_date,
    published.forecast_name,
    published.area_under_curve,
    published.brier_score,
    baselines.forecast_name as baseline_name,
    baselines.area_under_curve as baseline_area_under_curve,
    baselines.brier_score as baseline_brier_score
from published
inner join newest on published.cut_off_date = newest.cut_off_date
inner join evaluation as baselines
    on published.cut_off_date = baselines.cut_off_date
where
    baselines.forecast_name in ('days_since_last_order', 'base_rate')
    and (
        published.area_under_curve < baselines.area_under_curve
        or published.brier_score > baselines.brier_score
    )
