// Makes each drawing of the page one to look around in: drag to zoom, wheel to zoom at the cursor, shift-drag to
// move, double click for everything, hover for values, click on a name to hide its curve. Needs nothing from a
// network; where scripts do not run (mail programs, print) the drawing below stays as it is.
(function () {
  "use strict";
  const COLOURS = JSON.parse(document.getElementById("plot-colours").textContent);
  const LEFT = 78, RIGHT = 28, TOP = 28, BOTTOM = 42, GAP = 18, MOST_TOLD = 12;
  const VIOLATED = "#8a5a00", MUTED = "#5a6673", NORMAL = COLOURS[1], si = Ticks.si;

  function forward(value, axis) { return axis.log ? Math.log10(value) : value; }
  function backward(value, axis) { return axis.log ? Math.pow(10, value) : value; }

  function spanOf(lists, log) {
    let low = Infinity, high = -Infinity;
    for (const list of lists) for (const value of list) {
      if (value === null || (log && value <= 0) || Math.abs(value) > 1e100) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
    return low <= high ? [low, high] : null;
  }

  function widened(span, axis, share) {
    if (!span) return [0, 1];
    let low = forward(span[0], axis), high = forward(span[1], axis);
    const room = high > low ? (high - low) * share : Math.abs(low) * 0.05 || 1;
    return [low - room, high + room];
  }

  // [place 0 ... 1, label] of each mark of an axis; low and high are as drawn, on a log axis powers of ten.
  function marks(axis, low, high, most, wide, widthOf) {
    if (axis.categories.length) return Ticks.categories(axis.categories, low, high, wide, widthOf);
    return Ticks.ticks(backward(low, axis), backward(high, axis), most, axis);
  }

  function Chart(holder) {
    const figure = JSON.parse(holder.querySelector("script").textContent);
    const canvas = document.createElement("canvas"), legend = document.createElement("div");
    const told = document.createElement("div"), hidden = new Set();
    legend.className = "legend"; told.className = "told"; told.hidden = true;
    holder.append(canvas, told, legend);
    holder.classList.add("live");
    const pen = canvas.getContext("2d");
    const everything = figure.span ? figure.span.map((v) => forward(v, figure.x)) : [0, 1];
    let view = everything.slice(), pointer = null, grabbed = null, width = 0, height = 0;

    function strips() {
      const count = Math.max(1, figure.strips.length);
      const tall = (height - TOP - BOTTOM - GAP * (count - 1)) / count;
      return figure.strips.map((strip, i) => ({ strip, top: TOP + i * (tall + GAP), tall }));
    }
    function shown(strip) { return strip.curves.filter((c) => !hidden.has(c.label)); }
    function across(value) { return LEFT + ((forward(value, figure.x) - view[0]) / (view[1] - view[0])) * (width - LEFT - RIGHT); }
    function valueAt(pixel) { return view[0] + ((pixel - LEFT) / (width - LEFT - RIGHT)) * (view[1] - view[0]); }

    function ySpan(strip) {
      if (strip.axis.range) return strip.axis.range.map((v) => forward(v, strip.axis));
      const zoomed = view[0] !== everything[0] || view[1] !== everything[1];
      if (!zoomed && !hidden.size && strip.span) return strip.span.map((v) => forward(v, strip.axis));
      const lists = shown(strip).map((c) => {
        if (!zoomed || c.style === "bars") return c.y;
        return c.y.filter((_, i) => { const x = forward(c.x[i], figure.x); return x >= view[0] && x <= view[1]; });
      });
      if (!zoomed) lists.push(strip.limits.filter((l) => !l.vertical).map((l) => l.value));
      if (strip.curves.some((c) => c.style === "bars")) lists.push([0]);
      const found = widened(spanOf(lists, strip.axis.log), strip.axis, strip.axis.whole ? 0 : 0.02);
      return Ticks.roundedRange(...found.map((v) => backward(v, strip.axis)), strip.axis).map((v) => forward(v, strip.axis));
    }

    function draw() {
      const ratio = window.devicePixelRatio || 1;
      width = holder.clientWidth;
      height = Math.max(300, Math.min(620, width * 0.5)) * (figure.strips.length > 1 ? 1.25 : 1);
      canvas.width = width * ratio; canvas.height = height * ratio;
      canvas.style.width = width + "px"; canvas.style.height = height + "px";
      pen.setTransform(ratio, 0, 0, ratio, 0, 0);
      pen.clearRect(0, 0, width, height);
      pen.fillStyle = "#222"; pen.textAlign = "left"; pen.font = "600 13px sans-serif";
      pen.fillText(figure.title, LEFT, 16);
      pen.font = "11px sans-serif";
      strips().forEach((place, i) => drawStrip(place, i === figure.strips.length - 1));
      if (grabbed && !grabbed.moves && pointer) {
        pen.fillStyle = "rgba(0,114,178,.15)";
        pen.fillRect(grabbed.x, TOP, pointer.x - grabbed.x, height - TOP - BOTTOM);
      } else if (pointer) tell();
    }

    function drawStrip(place, last) {
      const { strip, top, tall } = place, wide = width - LEFT - RIGHT, span = ySpan(strip);
      const up = (value) => top + tall * (1 - (forward(value, strip.axis) - span[0]) / (span[1] - span[0]));
      place.up = up;
      pen.lineWidth = 1; pen.fillStyle = "#444";
      const widthOf = (text) => pen.measureText(text).width;
      for (const [at, text] of marks(figure.x, view[0], view[1], 8, wide, widthOf)) {
        const x = LEFT + at * wide;
        line("#ddd", [[x, top], [x, top + tall]]);
        if (last) { pen.textAlign = Ticks.anchor(at * wide, widthOf(text), wide); pen.fillText(text, x, top + tall + 15); }
      }
      for (const [at, text] of marks(strip.axis, span[0], span[1], Math.max(2, Math.floor(tall / 36)), tall)) {
        const y = top + tall * (1 - at);
        line("#ddd", [[LEFT, y], [LEFT + wide, y]]);
        pen.textAlign = "right"; pen.fillText(text, LEFT - 6, y + 4);
      }
      pen.strokeStyle = "#888"; pen.strokeRect(LEFT, top, wide, tall);
      pen.textAlign = "center";
      if (last) pen.fillText(figure.x.title, LEFT + wide / 2, top + tall + 33);
      pen.save(); pen.translate(14, top + tall / 2); pen.rotate(-Math.PI / 2);
      pen.fillText(strip.axis.title, 0, 0); pen.restore();
      pen.save(); pen.beginPath(); pen.rect(LEFT, top, wide, tall); pen.clip();
      strip.limits.filter((limit) => limit.violated).forEach((limit) => band(limit, top, tall, wide, up));
      strip.curves.forEach((curve, i) => { if (!hidden.has(curve.label)) drawCurve(curve, COLOURS[i % COLOURS.length], up); });
      strip.curves.filter((curve) => !hidden.has(curve.label)).forEach((curve) => spread(curve, top, tall, up));
      for (const limit of strip.limits) {
        pen.lineWidth = 1; pen.setLineDash([5, 3]);
        const x = across(limit.value), y = up(limit.value);
        line(VIOLATED, limit.vertical ? [[x, top], [x, top + tall]] : [[LEFT, y], [LEFT + wide, y]]);
        pen.setLineDash([]); pen.fillStyle = VIOLATED; pen.textAlign = "left";
        pen.fillText(limit.label, limit.vertical ? x + 3 : LEFT + 4, limit.vertical ? top + 11 : y - top > 14 ? y - 3 : y + 11);
      }
      pen.restore();
    }

    // The side of a limit where every value violates the spec.
    function band(limit, top, tall, wide, up) {
      const below = limit.violated === "below", at = limit.vertical ? across(limit.value) : up(limit.value);
      if (!isFinite(at)) return;
      pen.globalAlpha = 0.12; pen.fillStyle = VIOLATED;
      if (limit.vertical) pen.fillRect(below ? LEFT : at, top, below ? at - LEFT : LEFT + wide - at, tall);
      else pen.fillRect(LEFT, below ? at : top, wide, below ? top + tall - at : at - top);
      pen.globalAlpha = 1;
    }

    // Mean, sigmas and normal curve of bars.
    function spread(curve, top, tall, up) {
      pen.lineWidth = 1;
      for (const rule of curve.rules || []) {
        const x = across(rule.value);
        pen.setLineDash(rule.kind === "sigma" ? [2, 3] : []); line(MUTED, [[x, top], [x, top + tall]]);
      }
      pen.setLineDash([]); pen.lineWidth = 1.5;
      if (curve.normal) line(NORMAL, curve.normal.x.map((x, i) => [across(x), up(curve.normal.y[i])]));
    }

    function line(colour, points) {
      pen.strokeStyle = colour; pen.beginPath();
      points.forEach(([x, y], i) => (i ? pen.lineTo(x, y) : pen.moveTo(x, y)));
      pen.stroke();
    }

    function drawCurve(curve, colour, up) {
      pen.strokeStyle = pen.fillStyle = colour; pen.lineWidth = 1.5;
      if (curve.style === "bars") {
        pen.globalAlpha = 0.7;
        curve.y.forEach((y, i) => {
          const left = across(curve.x[i]), top = up(y);
          pen.fillRect(left, top, Math.max(1, across(curve.x[i + 1]) - left - 1), up(0) - top);
        });
        pen.globalAlpha = 1;
        return;
      }
      let begun = false;
      pen.beginPath();
      curve.x.forEach((value, i) => {
        const x = across(value), y = curve.y[i] === null ? NaN : up(curve.y[i]);
        if (!isFinite(x) || !isFinite(y)) { begun = false; return; }
        if (curve.style === "points") { pen.fillRect(x - 2, y - 2, 4, 4); return; }
        begun ? pen.lineTo(x, y) : pen.moveTo(x, y);
        begun = true;
      });
      if (curve.style !== "points") pen.stroke();
    }

    function nearest(curve, wanted) {
      let best = -1, distance = Infinity;
      curve.x.forEach((value, i) => {
        const away = Math.abs(forward(value, figure.x) - wanted);
        if (curve.y[i] !== null && curve.y[i] !== undefined && away < distance) { distance = away; best = i; }
      });
      return best;
    }

    function tell() {
      const wanted = valueAt(pointer.x), rows = [];
      if (pointer.x < LEFT || pointer.x > width - RIGHT) { told.hidden = true; return; }
      line("#999", [[pointer.x, TOP], [pointer.x, height - BOTTOM]]);
      for (const strip of figure.strips) for (const curve of shown(strip)) {
        const i = nearest(curve, wanted);
        if (i >= 0) rows.push([(curve.label || strip.axis.title) + ": " + si(curve.y[i], strip.axis.unit, 6), curve.x[i]]);
      }
      if (!rows.length) { told.hidden = true; return; }
      const category = figure.x.categories[Math.round(wanted)];
      const head = category || si(rows[0][1], figure.x.unit, 6);
      const more = rows.length > MOST_TOLD ? "\n+" + (rows.length - MOST_TOLD) + " more" : "";
      told.textContent = head + "\n" + rows.slice(0, MOST_TOLD).map((row) => row[0]).join("\n") + more;
      told.hidden = false;
      const left = pointer.x + 14 + told.offsetWidth > width ? pointer.x - 14 - told.offsetWidth : pointer.x + 14;
      told.style.left = left + "px"; told.style.top = Math.max(0, pointer.y - 10) + "px";
    }

    function at(event) { const box = canvas.getBoundingClientRect(); return { x: event.clientX - box.left, y: event.clientY - box.top }; }
    canvas.addEventListener("pointerdown", (event) => {
      grabbed = { ...at(event), moves: event.shiftKey, view: view.slice() };
      told.hidden = true; canvas.setPointerCapture(event.pointerId);
    });
    canvas.addEventListener("pointermove", (event) => {
      pointer = at(event);
      if (grabbed && grabbed.moves) {
        const by = ((grabbed.x - pointer.x) / (width - LEFT - RIGHT)) * (view[1] - view[0]);
        view = [grabbed.view[0] + by, grabbed.view[1] + by];
      }
      draw();
    });
    canvas.addEventListener("pointerup", (event) => {
      const end = at(event);
      if (grabbed && !grabbed.moves && Math.abs(end.x - grabbed.x) > 5) {
        const ends = [valueAt(grabbed.x), valueAt(end.x)].sort((a, b) => a - b);
        view = [Math.max(ends[0], everything[0]), Math.min(ends[1], everything[1])];
      }
      grabbed = null; draw();
    });
    canvas.addEventListener("pointerleave", () => { pointer = null; told.hidden = true; draw(); });
    canvas.addEventListener("dblclick", () => { view = everything.slice(); draw(); });
    canvas.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.altKey) return; // a plain wheel scrolls the page
      event.preventDefault();
      const centre = valueAt(at(event).x), factor = event.deltaY > 0 ? 1.25 : 0.8;
      view = [centre + (view[0] - centre) * factor, centre + (view[1] - centre) * factor];
      draw();
    }, { passive: false });

    const names = new Map();
    for (const strip of figure.strips) strip.curves.forEach((c, i) => { if (c.label && !names.has(c.label)) names.set(c.label, COLOURS[i % COLOURS.length]); });
    if (names.size > 1) for (const [name, colour] of names) {
      const entry = document.createElement("button");
      entry.type = "button"; entry.textContent = name; entry.style.borderColor = colour;
      entry.addEventListener("click", () => {
        hidden.has(name) ? hidden.delete(name) : hidden.add(name);
        entry.classList.toggle("off", hidden.has(name)); draw();
      });
      legend.append(entry);
    }
    const notes = new Map(figure.strips.flatMap((strip) => strip.notes).map((note) => [note.text, note.kind]));
    for (const [text, kind] of notes) {
      const entry = document.createElement("span");
      entry.className = "note " + kind; entry.textContent = text; legend.append(entry);
    }
    window.addEventListener("resize", draw);
    draw();
  }

  document.querySelectorAll(".plot").forEach(Chart);
})();
