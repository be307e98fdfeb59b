/* What script adds to the pages. Everything can be read and reached without it.
   1. The search box in the header, where the search index can be loaded (not from file://).
   2. Scroll regions take the keyboard's focus only where there is something to scroll.
   3. The search page (search.html): results while you type, grouped by section, from Pagefind's index. */
(function () {
  "use strict";

  var served = location.protocol === "http:" || location.protocol === "https:";
  var here = document.currentScript ? document.currentScript.src : "";

  function each(selector, act) {
    Array.prototype.forEach.call(document.querySelectorAll(selector), act);
  }

  function showSearchBoxes() {
    var own = document.querySelector("[data-search]"); /* the search page has a box of its own */
    each(own ? "[data-search]" : ".site-search", function (box) { box.hidden = false; });
    each(".site-header__index", function (link) { link.hidden = true; });
  }

  function settleScrollRegions() {
    each(".table-scroll, .plate", function (region) {
      var scrolls = region.scrollWidth > region.clientWidth + 1;
      if (scrolls) {
        region.tabIndex = 0;
        if (!region.hasAttribute("role")) {
          region.setAttribute("role", "region");
          region.setAttribute("aria-label", "Chart, scrolls sideways");
        }
      } else {
        region.removeAttribute("tabindex");
      }
    });
  }

  function element(name, text, className) {
    var made = document.createElement(name);
    if (text) { made.textContent = text; }
    if (className) { made.className = className; }
    return made;
  }

  function plural(count, one, many) { return count + " " + (count === 1 ? one : many); }

  /* Pagefind's excerpts hold text and <mark> only; the text is taken over as text, never as HTML. */
  function excerptInto(target, html) {
    var parsed = new DOMParser().parseFromString(html, "text/html");
    Array.prototype.forEach.call(parsed.body.childNodes, function (node) {
      target.appendChild(node.nodeName === "MARK" ? element("mark", node.textContent) : document.createTextNode(node.textContent));
    });
  }

  function searchPage(box) {
    var input = box.querySelector("input");
    var status = box.querySelector("[role=status]");
    var results = box.querySelector(".search__results");
    var base = new URL("..", here);
    var engine = null;
    var asked = 0;

    function load() {
      if (!engine) {
        engine = import(new URL(box.dataset.bundle, base).href).then(function (pagefind) {
          return pagefind.init().then(function () { return pagefind; });
        });
      }
      return engine;
    }

    function item(found) {
      var entry = element("li");
      var link = element("a", found.meta.title || found.url);
      link.href = new URL(found.url.replace(/^\//, ""), base).href;
      entry.appendChild(link);
      var words = element("p", "", "hint");
      excerptInto(words, found.excerpt);
      entry.appendChild(words);
      return entry;
    }

    function show(pages, words) {
      var groups = new Map();
      pages.forEach(function (found) {
        var section = found.meta.section || "Other pages";
        if (!groups.has(section)) { groups.set(section, []); }
        groups.get(section).push(found);
      });
      results.textContent = "";
      groups.forEach(function (found, section) {
        results.appendChild(element("h2", section, "search__section"));
        var list = element("ol");
        found.forEach(function (one) { list.appendChild(item(one)); });
        results.appendChild(list);
      });
      status.textContent = pages.length
        ? plural(pages.length, "page", "pages") + " found for “" + words + "”."
        : "Nothing found for “" + words + "”. Try a shorter or simpler word, or look through the list of all pages.";
    }

    function search(words) {
      var mine = ++asked;
      words = words.trim();
      history.replaceState(null, "", words ? "?q=" + encodeURIComponent(words) : location.pathname);
      if (words.length < 2) {
        results.textContent = "";
        status.textContent = "";
        return Promise.resolve();
      }
      return load()
        .then(function (pagefind) { return pagefind.search(words); })
        .then(function (answer) {
          return Promise.all(answer.results.slice(0, 30).map(function (one) { return one.data(); }));
        })
        .then(function (pages) { if (mine === asked) { show(pages, words); } })
        .catch(function () {
          if (mine === asked) { status.textContent = "The search could not be loaded. The list of all pages is below."; }
        });
    }

    function move(event) {
      var stops = [input].concat(Array.prototype.slice.call(results.querySelectorAll("a")));
      var at = stops.indexOf(document.activeElement);
      if (at < 0) { return; }
      if (event.key === "ArrowDown" && at < stops.length - 1) { stops[at + 1].focus(); event.preventDefault(); }
      if (event.key === "ArrowUp" && at > 0) { stops[at - 1].focus(); event.preventDefault(); }
      if (event.key === "Escape") { input.value = ""; input.focus(); search(""); event.preventDefault(); }
    }

    var waiting = 0;
    input.addEventListener("input", function () {
      clearTimeout(waiting);
      waiting = setTimeout(function () { search(input.value); }, 200);
    });
    box.querySelector("form").addEventListener("submit", function (event) {
      event.preventDefault();
      clearTimeout(waiting);
      search(input.value);
    });
    box.addEventListener("keydown", move);
    input.value = new URLSearchParams(location.search).get("q") || "";
    if (input.value) { search(input.value); }
  }

  if (served) {
    showSearchBoxes();
    each("[data-search]", searchPage);
  }
  settleScrollRegions();
  addEventListener("resize", settleScrollRegions);
})();
