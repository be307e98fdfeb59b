-- The resource lines of one PLICS file as cost lines.
-- In:    resources (of the import store), code_map (field, code, becomes), origin (prefix, month)
-- Out:   cost lines with the columns of schemas/cost_lines.yaml
-- Grain: one resource line of the file, in the file's order; its number in the file is part of its identifier.
--        What was used (ResCstID) gives the resource, what was done (ActCstID) the department. A line without a
--        code is kept: the schema's own rules say what becomes of it.
SELECT
    origin.prefix || (line.file_row_number + 1) AS cost_line_id,
    line.activity_id,
    origin.month,
    used.becomes AS resource,
    did.becomes AS department,
    CAST(CAST(line.pence AS DECIMAL(18, 0)) * CAST(0.01 AS DECIMAL(3, 2)) AS DECIMAL(18, 2)) AS amount
FROM resources AS line
CROSS JOIN origin
LEFT JOIN code_map AS used ON used.field = 'ResCstID' AND used.code = line.ResCstID
LEFT JOIN code_map AS did ON did.field = 'ActCstID' AND did.code = line.ActCstID
ORDER BY line.file_row_number
