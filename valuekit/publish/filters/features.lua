-- Finds what a document uses beyond the supported constructs. Each fault names a row of
-- features.py by its key and carries a word of the source, by which its line is found.

local M = {}

local CALLOUTS = { ["callout-note"] = true, ["callout-tip"] = true, ["callout-important"] = true,
  ["callout-warning"] = true, ["callout-caution"] = true }
local CONDITIONS = { ["when-profile"] = true, ["unless-profile"] = true, ["when-format"] = true, ["unless-format"] = true }
local IMAGE_ATTRIBUTES = { ["fig-alt"] = true, width = true }

-- Classes that mean something to Quarto, as Lua patterns, and the row that they belong to.
local MEANINGFUL = {
  { "^panel%-tabset$", "tabset" }, { "^panel%-", "panel" }, { "^column", "column" }, { "^columns$", "column" },
  { "^grid$", "layout" }, { "^g%-col", "layout" }, { "^aside$", "column" }, { "^margin%-", "column" },
  { "^fragment$", "slides" }, { "^incremental$", "slides" }, { "^nonincremental$", "slides" }, { "^notes$", "slides" },
  { "^r%-stack$", "slides" }, { "^hidden$", "hidden" }, { "^landscape$", "landscape" }, { "^proof$", "theorem" },
  { "^solution$", "theorem" }, { "^remark$", "theorem" }, { "^lightbox$", "lightbox" }, { "^unnumbered$", "section-number" },
  { "^unlisted$", "section-number" }, { "^appendix$", "appendix" }, { "^content%-", "content" }, { "^callout", "callout" },
  { "^screen", "column" }, { "^kbd$", "kbd" }, { "^cell", "cell-class" }, { "^quarto%-", "cell-class" }, { "^hero$", "layout" },
}

-- Faults of `doc`, which was read from `text`, and the targets of its links.
function M.check(doc, text)
  local faults, links = pandoc.List(), pandoc.List()
  local function fault(key, token) faults:insert({ key = key, token = token or "" }) end

  local function classes(el)
    for _, class in ipairs(el.classes) do
      if not CALLOUTS[class] and class ~= "content-visible" and class ~= "content-hidden" then
        for _, rule in ipairs(MEANINGFUL) do
          if class:match(rule[1]) then fault(rule[2], class) break end
        end
      end
    end
  end

  local function container(el)
    classes(el)
    local conditional = el.classes:includes("content-visible") or el.classes:includes("content-hidden")
    for name, value in pairs(el.attributes) do
      if name:match("^layout") then fault("layout", name)
      elseif name:match("^when%-") or name:match("^unless%-") then
        if not CONDITIONS[name] then fault("condition", name)
        elseif name:match("format$") and value ~= "html" and value ~= "typst" then fault("condition", value) end
      elseif name == "tbl-colwidths" then fault("table-widths", name)
      elseif name:match("^fig%-") or name:match("^tbl%-") or name:match("^lst%-") then fault("attribute", name)
      elseif (name == "collapse" or name == "icon" or name == "appearance") then fault("callout-option", name) end
    end
    if conditional then
      local any = false
      for name in pairs(el.attributes) do any = any or CONDITIONS[name] end
      if not any then fault("condition", "content-") end
    end
    local kind = el.identifier:match("^(%a+)%-")
    if kind == "lst" then fault("listing", el.identifier)
    elseif kind == "fig" then fault("subfigures", el.identifier)
    elseif kind == "thm" or kind == "lem" or kind == "cor" or kind == "prp" or kind == "cnj" or kind == "def"
      or kind == "exm" or kind == "exr" then fault("theorem", el.identifier) end
  end

  local look_at = {
    Math = function(el)
      if el.mathtype == "InlineMath" then fault("maths", "$" .. el.text .. "$") else fault("display-maths", "$$") end
    end,
    Cite = function(el)
      for _, cite in ipairs(el.citations) do
        local kind = cite.id:match("^(%a+)%-")
        if kind == "sec" then fault("section-reference", "@" .. cite.id)
        elseif kind ~= "fig" and kind ~= "tbl" then fault("citation", "@" .. cite.id)
        elseif cite.mode == "SuppressAuthor" or #cite.prefix > 0 or #cite.suffix > 0 then
          fault("reference-form", "@" .. cite.id)
        end
      end
    end,
    RawBlock = function(el)
      if el.format ~= "html" and el.format ~= "typst" then fault("raw", el.text:match("[^\n]*"))
      elseif el.format == "html" and el.text:lower():match("<script") then fault("script", "<script") end
    end,
    RawInline = function(el)
      if el.format ~= "html" and el.format ~= "typst" then fault("raw", el.text)
      elseif el.format == "html" and el.text:lower():match("^<script") then fault("script", "<script") end
    end,
    CodeBlock = function(el)
      local class = el.classes[1] or ""
      if class == "mermaid" or class == "{mermaid}" or class == "dot" or class == "{dot}" then fault("diagram", class)
      elseif el.identifier ~= "" then fault("listing", el.identifier)
      else
        for name in pairs(el.attributes) do fault("code-attribute", name) end
      end
    end,
    Code = function(el)
      if el.text:match("^{%a+}%s") or el.text:match("^r%s.+%(") then fault("inline-code", el.text) end
    end,
    Div = container,
    Span = container,
    Table = function(el)
      if el.attributes["tbl-colwidths"] then fault("table-widths", "tbl-colwidths") end
      if #el.caption.long > 0 and not el.identifier:match("^tbl%-") then
        fault("table-caption", pandoc.utils.stringify(el.caption.long):match("^%S*"))
      end
    end,
    Image = function(el)
      classes(el)
      for name in pairs(el.attributes) do
        if not IMAGE_ATTRIBUTES[name] then fault("image-attribute", name) end
      end
      if el.src:match("^%a[%w+.-]*:") or el.src:match("^//") then fault("remote-image", el.src) end
    end,
    Link = function(el)
      classes(el)
      links:insert(el.target)
    end,
    Header = function(el)
      classes(el)
      if el.level == 1 then fault("level-one", pandoc.utils.stringify(el)) end
    end,
  }
  if text:find("{{[<%%]") then -- to look at each word takes as long as all the rest
    look_at.Str = function(el)
      if el.text:match("^{{[<%%]") then fault("shortcode", el.text) end
    end
  end
  doc:walk(look_at)
  return faults, links
end

return M
