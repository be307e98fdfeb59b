-- The reconciliation feed of one month as the ledger.
-- In:    records (of the import store: the reconciliation feed), code_map (field, code, becomes), origin (month)
-- Out:   ledger with the columns of schemas/ledger.yaml
-- Grain: one department in the month. Records without a service (ServID), such as totals of a level, are not
--        part of it: they would count twice.
SELECT
    origin.month,
    served.becomes AS department,
    CAST(CAST(sum(booked.TotCst) AS DECIMAL(18, 0)) * CAST(0.01 AS DECIMAL(3, 2)) AS DECIMAL(18, 2)) AS amount
FROM records AS booked
CROSS JOIN origin
JOIN code_map AS served ON served.field = 'ServID' AND served.code = booked.ServID
GROUP BY origin.month, served.becomes
ORDER BY served.becomes
