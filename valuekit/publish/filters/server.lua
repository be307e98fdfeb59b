-- One pandoc for many documents: reads requests from standard input, answers on standard output.
--
-- A request is a line with a number of bytes, then that many bytes of JSON; an answer is the same.
-- Starting pandoc costs more than converting a document, so a worker keeps this process for its life.
--   {op = "check", text}                    -> {faults, links}
--   {op = "render", text, profile, formats} -> {faults, html, typst, toc, links, tables}

local folder = ...
package.path = folder .. "/?.lua;" .. package.path
local features = require "features"
local render = require "render"

local READER = "markdown"

local function answer(request)
  local doc = pandoc.read(request.text, READER)
  local faults, links = features.check(doc, request.text)
  if request.op == "check" or #faults > 0 then
    return { faults = faults, links = links }
  end
  return render.document(doc, request)
end

while true do
  local line = io.read("l")
  if not line then break end
  local request = pandoc.json.decode(io.read(tonumber(line)), false)
  local done, result = pcall(answer, request)
  if not done then result = { crash = tostring(result) } end
  local text = pandoc.json.encode(result)
  io.write(#text, "\n", text)
  io.flush()
end
