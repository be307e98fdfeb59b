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

  function settleScrollRegions() {
    each(".table-scroll, .plate", function (region) {
      if (region.scrollWidth > region.clientWidth + 1) {
        region.tabIndex = 0;
        if (!region.hasAttribute("role")) {
          region.setAttribute("role", "group");
          region.setAttribute("aria-label", "Chart, moves sideways");
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

  /* How many letters must be put in, left out, changed or swapped with their neighbour. */
  function distance(a, b) {
    var before = [], row = [], i, j;
    for (j = 0; j <= b.length; j++) { row[j] = j; }
    for (i = 1; i <= a.length; i++) {
      var above = row;
      row = [i];
      for (j = 1; j <= b.length; j++) {
        row[j] = Math.min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
        if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) { row[j] = Math.min(row[j], before[j - 2] + 1); }
      }
      before = above;
    }
    return row[b.length];
  }

  /* The word of `all` that `word` most likely means: one slip in a short word, two in a longer one. */
  function nearest(word, all) {
    var allowed = word.length < 4 ? 0 : word.length < 7 ? 1 : 2;
    var best = word;
    all.forEach(function (candidate) {
      var slips = Math.abs(candidate.length - word.length) <= allowed ? distance(word, candidate) : allowed + 1;
      if (slips <= allowed) { best = candidate; allowed = slips - 1; }
    });
    return best;
  }

  function searchPage(box) {
    var input = box.querySelector("input");
    var status = box.querySelector("[role=status]");
    var results = box.querySelector(".search__results");
    var base = new URL("..", here);
    var engine = null;
    var known = null;
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
      if (found.meta.description) { entry.appendChild(element("p", found.meta.description)); }
      var words = element("p", "", "hint");
      excerptInto(words, found.excerpt);
      entry.appendChild(words);
      return entry;
    }

    /* Pagefind falls back to words that share only a first letter: such pages are not what was asked for. */
    function fits(found, words) {
      var starts = words.toLowerCase().split(/\s+/).map(function (word) { return word.slice(0, 3); });
      var marked = found.excerpt.match(/<mark>[^<]*/g);
      return !marked || marked.some(function (mark) {
        return starts.some(function (start) { return mark.slice(6).toLowerCase().indexOf(start) === 0; });
      });
    }

    function ask(words) {
      return load()
        .then(function (pagefind) { return pagefind.search(words); })
        .then(function (answer) {
          return Promise.all(answer.results.slice(0, 30).map(function (one) { return one.data(); }));
        })
        .then(function (pages) { return pages.filter(function (found) { return fits(found, words); }); });
    }

    /* Words to compare a misspelt one with: those of all pages, the commonest first. */
    function vocabulary() {
      if (!known) {
        known = fetch(new URL(box.dataset.words, base).href)
          .then(function (answer) { return answer.ok ? answer.json() : []; })
          .catch(function () { return []; });
      }
      return known;
    }

    /* A word is misspelt where no word of the pages begins with it. Pagefind would then take it for any word that
       begins a little like it, so such words are put right before they are asked for. */
    function corrected(words) {
      return vocabulary().then(function (all) {
        return words.toLowerCase().split(/\s+/).map(function (word) {
          return all.some(function (known) { return known.indexOf(word) === 0; }) ? word : nearest(word, all);
        }).join(" ");
      });
    }

    function show(pages, words, instead) {
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
      var none = "Nothing found for “" + words + "”. ";
      status.textContent = !pages.length
        ? none + "Try a shorter or simpler word, or look through the list of all pages."
        : (instead ? none : "") + plural(pages.length, "page", "pages") + " found for “" + (instead || words) + "”.";
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
      return corrected(words)
        .then(function (better) {
          if (better === words.toLowerCase()) { return ask(words).then(function (pages) { return [pages]; }); }
          return ask(better).then(function (pages) { return [pages, better]; });
        })
        .then(function (found) { if (mine === asked) { show(found[0], words, found[1]); } })
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

  document.documentElement.classList.add(served ? "can-search" : "cannot-search");
  if (served) {
    each("[data-search]", searchPage);
  }
  settleScrollRegions();
  addEventListener("resize", settleScrollRegions);
  /* A frame also changes its size when a folded part of the page opens, or a font arrives. */
  if (typeof ResizeObserver === "function") {
    var frames = new ResizeObserver(settleScrollRegions);
    each(".table-scroll, .plate", function (region) { frames.observe(region); });
  }
})();
