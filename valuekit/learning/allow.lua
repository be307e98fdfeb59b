-- Holds the text of case studies to what plain words need: an allow-list over pandoc's own reading of each text,
-- so that nothing can slip past that pandoc would understand and a pattern would not.
--   reads   {name: text, …} as JSON from standard input
--   answers {name: {faults: [{what, token, mark, heading}], sections: [{title, words}]}, …}
-- Names of headings are not made up here, so every name, class or attribute that is met was written by hand.

local READER = "markdown-auto_identifiers"
local BLOCKS = { Para = true, Plain = true, BulletList = true, OrderedList = true, BlockQuote = true, Header = true, Table = true }
local INLINES = { Str = true, Space = true, SoftBreak = true, LineBreak = true, Emph = true, Strong = true, Quoted = true,
  Link = true, Superscript = true, Subscript = true }
local NAMES = { RawBlock = "raw content", RawInline = "raw content", CodeBlock = "a block of code", Code = "code", Div = "a block with a class",
  Span = "words with a class", Image = "a picture", Figure = "a picture", Math = "mathematics", Cite = "a citation or @",
  Note = "a footnote", HorizontalRule = "a rule", LineBlock = "a block of lines", DefinitionList = "a list of definitions",
  Strikeout = "struck-out words", SmallCaps = "small capitals", Underline = "underlined words" }
local MARKS = { Image = "![", Figure = "![", Span = "]{", Math = "$", Note = "^", DefinitionList = ":   ", CodeBlock = "    " }
local WITH_ATTRIBUTES = { Header = true, Link = true, Table = true }

local function first_word(el)
  if el.text then return el.text:match("[^%s]+") or "" end
  if el.src then return el.src end
  return (pandoc.utils.stringify(el):match("%S+")) or ""
end

local function check(text)
  local doc = pandoc.read(text, READER)
  local faults, sections = pandoc.List(), pandoc.List()
  local heading = ""
  -- `mark` is how the fault is written, where its words alone would be found elsewhere too.
  local function fault(what, token, mark) faults:insert({ what = what, token = token or "", mark = mark or "", heading = heading }) end

  if next(doc.meta) ~= nil then fault("settings inside the text", (next(doc.meta))) end

  local function see(el, allowed)
    if not allowed[el.t] then fault(NAMES[el.t] or el.t, first_word(el), MARKS[el.t]) return end
    if WITH_ATTRIBUTES[el.t] and (el.attr.identifier ~= "" or #el.attr.classes > 0 or #el.attr.attributes > 0) then
      fault("a name, class or attribute in braces", first_word(el), "{")
    end
    if el.t == "Link" and (not el.target:match("^https://[%w]") or el.title ~= "") then
      fault("a link to anything but an https:// page", el.target)
    end
    if el.t == "Table" and #el.caption.long > 0 then fault("a caption of a table", first_word(el)) end
    if el.t == "Header" and el.level ~= 2 and el.level ~= 3 then fault("a heading of level " .. el.level, first_word(el)) end
  end

  for _, block in ipairs(doc.blocks) do
    pandoc.Blocks({ block }):walk {
      Block = function(el) see(el, BLOCKS) end,
      Inline = function(el) see(el, INLINES) end,
    }
    if block.t == "Header" then heading = pandoc.utils.stringify(block) end
  end
  for _, block in ipairs(doc.blocks) do
    if block.t == "Header" and block.level == 2 then
      sections:insert({ title = pandoc.utils.stringify(block), words = 0 })
    elseif #sections == 0 then
      fault("text before the first heading", first_word(block))
    elseif block.t ~= "Header" then
      local last = sections[#sections]
      -- A list's points run together in stringify; each text element is a word or a mark.
      pandoc.walk_block(block, { Str = function(el) if el.text:match("%w") then last.words = last.words + 1 end end })
    end
  end
  return { faults = faults, sections = sections }
end

local answers = {}
for name, text in pairs(pandoc.json.decode(io.read("a"), false)) do answers[name] = check(text) end
io.write(pandoc.json.encode(answers))
