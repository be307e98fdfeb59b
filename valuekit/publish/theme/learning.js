/* The learning library: filters and comparison (index), and the guided choice (which_fits).
   The pages hold every case as a plain list and every rule as a table; this only adds to them. What is chosen stands
   in the address, so that it can be kept, sent and gone back to. No module, no request: it works from file:// too. */
(function () {
  "use strict";

  var MOST = 3;

  function all(root, selector) { return Array.prototype.slice.call(root.querySelectorAll(selector)); }

  function element(name, text, className) {
    var made = document.createElement(name);
    if (text) { made.textContent = text; }
    if (className) { made.className = className; }
    return made;
  }

  /* The address keeps what is chosen: after ? where the browser lets a page change that, else after #. */
  function read() { return new URLSearchParams(location.search.slice(1) || location.hash.slice(1)); }

  function write(values) {
    var text = values.toString();
    try {
      history.replaceState(null, "", text ? "?" + text : location.pathname);
    } catch (refused) {
      history.replaceState(null, "", "#" + text);
    }
  }

  function fill(form, values) {
    all(form, "select").forEach(function (field) {
      var wanted = values.get(field.name) || "";
      field.value = wanted;
      if (field.value !== wanted) { field.value = ""; }
    });
  }

  function chosen(form) {
    return all(form, "select").filter(function (field) { return field.value; });
  }

  /* Filters and comparison ------------------------------------------------------------------------------ */
  function finder(root) {
    var form = root.querySelector("form");
    var status = root.querySelector(".finder__status");
    var cases = all(root, ".case");
    var compare = root.querySelector(".compare");
    var picked = [];

    function fits(one, fields) {
      return fields.every(function (field) {
        return (one.getAttribute("data-" + field.name) || "").split(" ").indexOf(field.value) >= 0;
      });
    }

    function title(one) { return one.querySelector("h4").textContent; }

    function remember() {
      var values = new URLSearchParams();
      chosen(form).forEach(function (field) { values.set(field.name, field.value); });
      if (picked.length) { values.set("compare", picked.join(",")); }
      write(values);
    }

    function filter() {
      var fields = chosen(form);
      var shown = 0;
      cases.forEach(function (one) {
        one.hidden = !fits(one, fields);
        if (!one.hidden) { shown += 1; }
      });
      all(root, ".finder__group").forEach(function (group) {
        group.hidden = !group.querySelector(".case:not([hidden])");
      });
      status.textContent = !shown
        ? "No case study fits all of that. Set one of the filters to “Any”."
        : shown === cases.length ? cases.length + " case studies" : shown + " of " + cases.length + " case studies";
    }

    function table(ones) {
      var made = element("table", "", "vk");
      var head = made.createTHead().insertRow();
      var corner = element("th", "What");
      corner.scope = "col";
      head.appendChild(corner);
      ones.forEach(function (one) {
        var cell = element("th");
        var link = element("a", title(one));
        cell.scope = "col";
        link.href = one.querySelector("h4 a").getAttribute("href");
        cell.appendChild(link);
        head.appendChild(cell);
      });
      var facts = ones.map(function (one) { return JSON.parse(one.getAttribute("data-facts")); });
      var body = made.createTBody();
      facts[0].forEach(function (fact, i) {
        var row = body.insertRow();
        var name = element("th", fact[0]);
        name.scope = "row";
        row.appendChild(name);
        facts.forEach(function (its) { row.insertCell().textContent = its[i][1]; });
      });
      return made;
    }

    function showCompared() {
      var ones = picked.map(function (id) {
        return cases.filter(function (one) { return one.getAttribute("data-case") === id; })[0];
      });
      var region = compare.querySelector(".table-scroll");
      region.textContent = "";
      compare.hidden = !ones.length;
      compare.querySelector(".compare__says").textContent = ones.length === 1
        ? "“" + title(ones[0]) + "” is picked. Tick one or two more."
        : ones.length === MOST ? "Three is the most. Untick one to pick another." : "";
      if (ones.length > 1) { region.appendChild(table(ones)); }
      region.hidden = ones.length < 2;
      all(root, ".case__compare input").forEach(function (box) {
        box.checked = picked.indexOf(box.value) >= 0;
        box.disabled = !box.checked && picked.length >= MOST;
      });
      dispatchEvent(new Event("resize"));
    }

    function pick(id, wanted) {
      picked = picked.filter(function (one) { return one !== id; });
      if (wanted && picked.length < MOST) { picked.push(id); }
    }

    function start() {
      var values = read();
      fill(form, values);
      picked = [];
      (values.get("compare") || "").split(",").forEach(function (id) {
        if (cases.some(function (one) { return one.getAttribute("data-case") === id; })) { pick(id, true); }
      });
      filter();
      showCompared();
    }

    form.hidden = false;
    all(root, ".case__compare").forEach(function (line) { line.hidden = false; });
    form.addEventListener("change", function () { filter(); remember(); });
    form.addEventListener("submit", function (event) { event.preventDefault(); });
    form.addEventListener("reset", function () { setTimeout(function () { filter(); remember(); }, 0); });
    root.addEventListener("change", function (event) {
      if (event.target.type !== "checkbox") { return; }
      pick(event.target.value, event.target.checked);
      showCompared();
      remember();
    });
    compare.querySelector(".compare__clear").addEventListener("click", function () {
      picked = [];
      showCompared();
      remember();
      form.querySelector("select").focus();
    });
    addEventListener("popstate", start);
    start();
  }

  /* The guided choice ----------------------------------------------------------------------------------- */
  var LEVELS = ["low", "medium", "high"];

  /* Whether a case meets one answer: true, false, or null where the case does not say. */
  function meets(kind, name, answer, one) {
    var codes = one.facets[name] || [];
    if (kind === "facet") { return codes.indexOf(answer) >= 0; }
    if (kind === "least") { return Number(codes[0]) >= Number(answer); }
    var has = kind === "factor" ? one.needs[name] : codes[0];
    var at = LEVELS.indexOf(has);
    return at < 0 ? null : at <= LEVELS.indexOf(answer);
  }

  function guide(root) {
    var rules = JSON.parse(root.getAttribute("data-rules"));
    var cases = JSON.parse(root.getAttribute("data-cases"));
    var form = root.querySelector("form");
    var status = root.querySelector("[role=status]");
    var list = root.querySelector("ol");

    function weighed(one, fields) {
      var points = 0, fors = [], against = [];
      fields.forEach(function (field) {
        var rule = rules[field.name];
        var met = meets(rule[0], field.name, field.value, one);
        if (met) { points += rule[1]; fors.push(rule[3]); }
        if (met === false && rule[2]) { points += rule[2]; against.push(rule[4]); }
      });
      return { one: one, points: points, fors: fors, against: against };
    }

    function line(found) {
      var entry = element("li", "", "fits__case");
      var head = element("p");
      var link = element("a", found.one.title);
      link.href = found.one.case + ".html";
      head.appendChild(link);
      head.appendChild(document.createTextNode(" " + (found.points < 0 ? "−" + -found.points : found.points) + (Math.abs(found.points) === 1 ? " point" : " points")));
      entry.appendChild(head);
      entry.appendChild(element("p", found.one.summary));
      if (found.fors.length) { entry.appendChild(element("p", "For it: " + found.fors.join("; ") + ".")); }
      if (found.against.length) { entry.appendChild(element("p", "Against it: " + found.against.join("; ") + ".")); }
      if (!found.fors.length && !found.against.length) { entry.appendChild(element("p", "Nothing for or against it in your answers.")); }
      return entry;
    }

    function answer() {
      var fields = chosen(form);
      var values = new URLSearchParams();
      fields.forEach(function (field) { values.set(field.name, field.value); });
      write(values);
      list.textContent = "";
      list.hidden = !fields.length;
      if (!fields.length) { status.textContent = "Answer at least one question."; return; }
      var found = cases.map(function (one) { return weighed(one, fields); });
      found.sort(function (a, b) { return b.points - a.points || a.one.title.localeCompare(b.one.title, "en"); });
      found.forEach(function (one) { list.appendChild(line(one)); });
      status.textContent = found[0].points > 0
        ? "“" + found[0].one.title + "” fits best, by " + fields.length + (fields.length === 1 ? " answer." : " answers.")
        : "None of the cases fits your answers well. They are listed all the same.";
    }

    form.hidden = false;
    form.addEventListener("submit", function (event) { event.preventDefault(); answer(); });
    form.addEventListener("reset", function () {
      setTimeout(function () { write(new URLSearchParams()); list.textContent = ""; list.hidden = true; status.textContent = ""; }, 0);
    });
    fill(form, read());
    if (chosen(form).length) { answer(); }
  }

  all(document, "[data-learning=finder]").forEach(finder);
  all(document, "[data-learning=fits]").forEach(guide);
})();
