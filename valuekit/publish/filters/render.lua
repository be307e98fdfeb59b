-- Writes one parsed document as HTML and as Typst: what differs between the formats stands here.

local M = {}
local List, utils = pandoc.List, pandoc.utils

local WRITER = pandoc.WriterOptions { wrap_text = "none", email_obfuscation = "none" }
local WORD = { fig = "Figure", tbl = "Table" }
local CALLOUT_TITLES = { note = "Note", tip = "Tip", important = "Important", warning = "Warning", caution = "Caution" }

local function html(text) return pandoc.RawBlock("html", text) end
local function typst(text) return pandoc.RawBlock("typst", text) end
local function escape(text)
  return (text:gsub("[&<>\"]", { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;" }))
end
local function quote(text)
  return '"' .. text:gsub('[\\"]', { ["\\"] = "\\\\", ['"'] = '\\"' }):gsub("\n", " ") .. '"'
end
local function write(blocks, format) return (pandoc.write(pandoc.Pandoc(blocks), format, WRITER):gsub("%s+$", "")) end
local function write_inlines(inlines, format)
  local text = write({ pandoc.Plain(inlines) }, format)
  return text
end

-- Conditional content ---------------------------------------------------------------------------

local function holds(el, profile, format)
  local value = { profile = profile, format = format }
  for name, wanted in pairs(el.attributes) do
    local sense, subject = name:match("^(%a+)%-(%a+)$")
    if value[subject] and ((sense == "when" and wanted ~= value[subject]) or (sense == "unless" and wanted == value[subject])) then
      return false
    end
  end
  return true
end

local function visible(doc, profile, format)
  local function decide(el)
    local show
    if el.classes:includes("content-visible") then show = holds(el, profile, format)
    elseif el.classes:includes("content-hidden") then show = not holds(el, profile, format)
    else return nil end
    if show then return el.content end
    return {}
  end
  return doc:walk { Div = decide, Span = decide }
end

-- Figures, tables, references -------------------------------------------------------------------

local function number(doc, faults)
  local numbers, count, ids = {}, { fig = 0, tbl = 0 }, {}
  local function see(el)
    local id = el.identifier
    if id == "" then return end
    if ids[id] then faults:insert({ key = "duplicate-id", token = id }) end
    ids[id] = true
    local kind = id:match("^(%a+)%-")
    if count[kind] and not numbers[id] and el.t ~= "Header" and el.t ~= "Link" then
      count[kind] = count[kind] + 1
      numbers[id] = count[kind]
    end
  end
  doc:walk { traverse = "topdown", Figure = see, Div = see, Header = see, Table = see, Span = see, Link = see }
  return numbers, ids
end

local function caption_of_table(div)
  local last = div.content[#div.content]
  if not last or last.t ~= "Para" then return nil end
  local rest = div.content:clone()
  rest:remove(#rest)
  return last.content, rest
end

local function image_of(figure)
  local image
  figure:walk { Image = function(el) image = el end }
  return image
end

local function width_attribute(image, format)
  local width = image.attributes.width
  if not width then return "" end
  return format == "typst" and (", width: " .. width:gsub("px$", "pt")) or (' width="' .. escape(width) .. '"')
end

local html_format, typst_format = {}, {}

-- Captions stay part of the document, between what opens and what closes them: to write each on its own
-- takes pandoc longer than to write the rest of the document.
local function between(name, open, inlines, close)
  return pandoc.Plain(List { pandoc.RawInline(name, open) } .. inlines .. List { pandoc.RawInline(name, close) })
end

function html_format.figure(figure, image, alt, label, caption)
  local id = figure.identifier ~= "" and (' id="' .. escape(figure.identifier) .. '"') or ""
  local text = label and ('<span class="caption-label">' .. label .. ":</span> ") or ""
  local open = ('<figure%s class="figure"><div class="plate"><img src="%s" alt="%s"%s></div>'):format(
    id, escape(image.src), escape(alt), width_attribute(image, "html"))
  if #caption == 0 then return html(open .. "</figure>") end
  return between("html", open .. "<figcaption>" .. text, caption, "</figcaption></figure>")
end

function typst_format.figure(figure, image, alt, label, caption)
  local id = (label and figure.identifier ~= "") and (" <" .. figure.identifier .. ">") or ""
  local numbering = label and "" or ", numbering: none, supplement: none"
  local open = ("#figure(image(%s, alt: %s%s), kind: image"):format(
    quote(image.src), quote(alt), width_attribute(image, "typst"))
  if #caption == 0 then return typst(open .. numbering .. ")" .. id) end
  return between("typst", open .. ", caption: [", caption, "]" .. numbering .. ")" .. id)
end

function html_format.image(image, alt)
  return pandoc.RawInline("html", ('<img src="%s" alt="%s"%s>'):format(escape(image.src), escape(alt), width_attribute(image, "html")))
end

function typst_format.image(image, alt)
  local width = image.attributes.width and width_attribute(image, "typst") or ", height: 1.2em"
  return pandoc.RawInline("typst", ("#box(image(%s, alt: %s%s))"):format(quote(image.src), quote(alt), width))
end

function html_format.bare_table(el) return html(write({ el }, "html5")) end

-- Pandoc wraps a table in a figure, which would take a number.
function typst_format.bare_table(el)
  local inner = write({ el }, "typst"):match("^#figure%(%s*align%(center%)%[(#table.*)%]%s*,%s*kind: table%s*%)$")
  return typst(assert(inner, "pandoc writes Typst tables in another way"))
end

function html_format.unnumbered_table(raw) return html('<div class="table-scroll" role="group" tabindex="0">' .. raw.text .. "</div>") end
function typst_format.unnumbered_table(raw) return raw end

function html_format.table(id, label, caption, content)
  local at = escape(id) .. "-caption"
  local open = ('<figure id="%s" class="table"><figcaption id="%s"><span class="caption-label">%s:</span> ')
    :format(escape(id), at, label)
  local scroll = ('<div class="table-scroll" role="region" aria-labelledby="%s" tabindex="0">'):format(at)
  local blocks = content:map(function(block)
    if block.t ~= "RawBlock" then return block end
    local text = block.text:gsub('^<div class="table%-scroll" role="group" tabindex="0">(.*)</div>$', "%1")
    return html((text:gsub("<table", ('<table aria-labelledby="%s"'):format(at), 1)))
  end)
  return List { between("html", open, caption, "</figcaption>" .. scroll) } .. blocks .. List { html("</div></figure>") }
end

function typst_format.table(id, label, caption, content)
  return List { between("typst", "#figure(kind: table, caption: [", caption, "])[") }
    .. content .. List { typst("] <" .. id .. ">") }
end

function html_format.reference(id, label)
  return pandoc.RawInline("html", ('<a href="#%s" class="xref">%s</a>'):format(escape(id), label:gsub(" ", "&nbsp;")))
end

function typst_format.reference(id) return pandoc.RawInline("typst", "#ref(<" .. id .. ">)") end

function html_format.callout(kind, title, content, index)
  local at = "callout-" .. index
  local open = ('<aside class="callout callout-%s" role="note" aria-labelledby="%s"><p class="callout-title" id="%s">%s</p>')
    :format(kind, at, at, write_inlines(title, "html5"))
  return List { html(open) } .. content .. List { html("</aside>") }
end

function typst_format.callout(kind, title, content)
  local open = ("#callout(%s, [%s])["):format(quote(kind), write_inlines(title, "typst"))
  return List { typst(open) } .. content .. List { typst("]") }
end

function html_format.code(el)
  return html('<pre tabindex="0"><code>' .. escape(el.text) .. "</code></pre>")
end

function typst_format.code(el) return pandoc.CodeBlock(el.text) end

-- Links -----------------------------------------------------------------------------------------

local function is_outside(target) return target:match("^%a[%w+.-]*:") or target:match("^//") end

function html_format.link(el)
  if is_outside(el.target) or el.target:match("^#") then return nil end
  local path, rest = el.target:match("^([^?#]*)(.*)$")
  el.target = path:gsub("%.qmd$", ".html") .. rest
  return el
end

-- A page of the site has no address that a PDF in an inbox could open: its words stay, the link goes.
function typst_format.link(el)
  if is_outside(el.target) or el.target:match("^#") then return nil end
  return el.content
end

-- One format ------------------------------------------------------------------------------------

-- Typst has no word for a cell that heads its row, so pdf.py marks those cells. Which tables have them
-- is said by the HTML beside the Typst (scope="row"), or by the comment `// row-headers` in the Typst.
local function mark_row_headers(doc)
  return doc:walk {
    Div = function(el)
      if not el.identifier:match("^tbl%-") then return nil end
      local headed = false
      el:walk { RawBlock = function(raw)
        headed = headed or (raw.format == "html" and raw.text:match('scope="row"') ~= nil)
      end }
      if not headed then return nil end
      return el:walk { RawBlock = function(raw)
        if raw.format == "typst" then return typst(raw.text .. "\n// row-headers") end
      end }
    end,
  }
end

-- Typst tables in document order, true where the first column heads its rows.
local function note_tables(text, tables)
  local headed = text:match("//%s*row%-headers") ~= nil
  local code = text:gsub("\\.", ""):gsub('"[^"]*"', "")
  for _ in code:gmatch("[#(,:]%s*table%(") do tables:insert(headed) end
end

local function inlines(doc, format, name, ids, label, faults, links)
  return doc:walk {
    Cite = function(el)
      local refs = List()
      for i, cite in ipairs(el.citations) do
        if not label(cite.id) then faults:insert({ key = "unresolved", token = "@" .. cite.id }) return nil end
        if i > 1 then refs:insert(pandoc.Str(", ")) end
        refs:insert(format.reference(cite.id, label(cite.id)))
      end
      return refs
    end,
    Link = function(el)
      links:insert(el.target)
      local anchor = el.target:match("^#(.+)$")
      if anchor and not ids[anchor] then faults:insert({ key = "unresolved-link", token = el.target }) end
      return format.link(el)
    end,
    Code = function(el) return pandoc.Code(el.text) end,
    RawInline = function(el) if el.format ~= name then return {} end end,
  }
end

local function figures(doc, format, label, faults)
  return doc:walk {
    Figure = function(el)
      local image = image_of(el)
      if not image then return nil end
      local alt = image.attributes["fig-alt"] or ""
      if alt == "" then faults:insert({ key = "no-alt", token = image.src }) end
      return format.figure(el, image, alt, label(el.identifier), utils.blocks_to_inlines(el.caption.long))
    end,
  }
end

local function blocks(doc, format, name, label, faults, tables)
  local callouts = 0
  local function callout(el, kind)
    callouts = callouts + 1
    local content, title = el.content, nil
    if el.attributes.title then title = List { pandoc.Str(el.attributes.title) }
    elseif content[1] and content[1].t == "Header" then
      title = content[1].content
      content = content:clone()
      content:remove(1)
    else title = List { pandoc.Str(CALLOUT_TITLES[kind]) } end
    return format.callout(kind, title, content, callouts)
  end
  return doc:walk {
    CodeBlock = function(el) return format.code(el) end,
    RawBlock = function(el)
      if el.format ~= name then return {} end
      if name == "typst" then
        note_tables(el.text, tables)
        return typst(el.text .. "\n") -- an empty line, or the next paragraph would run on
      end
    end,
    Image = function(el)
      local alt = el.attributes["fig-alt"] or utils.stringify(el.caption)
      if alt == "" then faults:insert({ key = "no-alt", token = el.src }) end
      return format.image(el, alt)
    end,
    Table = function(el)
      if name == "typst" then tables:insert(false) end
      local id, caption = el.identifier, utils.blocks_to_inlines(el.caption.long)
      el.identifier, el.caption = "", pandoc.Caption({})
      local raw = format.bare_table(el)
      if id:match("^tbl%-") then return format.table(id, label(id), caption, List { raw }) end
      return format.unnumbered_table(raw)
    end,
    Div = function(el)
      local kind = (el.classes[1] or ""):match("^callout%-(%a+)$")
      if kind then return callout(el, kind) end
      if format == typst_format and el.classes:includes("summary") then
        return List { typst("#summary[") } .. el.content .. List { typst("]") }
      end
      if el.identifier:match("^tbl%-") then
        local caption, content = caption_of_table(el)
        if not caption then faults:insert({ key = "no-caption", token = el.identifier }) return nil end
        return format.table(el.identifier, label(el.identifier), caption, content)
      end
    end,
  }
end

local function in_format(source, format, request, faults)
  local name = format == html_format and "html" or "typst"
  local doc = visible(source, request.profile, name)
  if name == "typst" then doc = mark_row_headers(doc) end
  local numbers, ids = number(doc, faults)
  local links, tables, toc, level = List(), List(), List(), 1
  local function label(id)
    local kind = id:match("^(%a+)%-")
    return numbers[id] and WORD[kind] and (WORD[kind] .. " " .. numbers[id]) or nil
  end
  doc = inlines(doc, format, name, ids, label, faults, links)
  doc = figures(doc, format, label, faults)
  doc = blocks(doc, format, name, label, faults, tables)
  doc = doc:walk {
    Header = function(el)
      if el.level > level + 1 then faults:insert({ key = "skipped-level", token = utils.stringify(el) }) end
      level = el.level
      toc:insert({ el.level, el.identifier, utils.stringify(el) })
      if name == "typst" then el.level = el.level - 1 return el end
    end,
  }
  return write(doc.blocks, name == "html" and "html5" or "typst"), links, tables, toc
end

-- Both formats of `doc`. The title is heading 1, so a document's own headings begin at 2; in Typst the
-- title is no heading, and they begin at 1 (as Quarto has it).
function M.document(doc, request)
  local faults, answer = List(), {}
  for _, name in ipairs(request.formats) do
    local text, links, tables, toc = in_format(doc, name == "html" and html_format or typst_format, request, faults)
    answer[name] = text
    if name == "html" then answer.links, answer.toc = links, toc else answer.tables = tables end
  end
  answer.faults = faults
  return answer
end

return M
