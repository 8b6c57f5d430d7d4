// Ticks of an axis as the drawing without scripts has them: both ends labelled, round values between, one prefix.
const Ticks = (function () {
  "use strict";
  const STEPS = [1, 2, 5], DEGREES = [1, 1.5, 3, 4.5, 9], HAIR = 1e-6, CLEAR = 0.6, PARTS = 10;
  const PREFIXES = { "-18": "a", "-15": "f", "-12": "p", "-9": "n", "-6": "µ", "-3": "m", 0: "", 3: "k", 6: "M", 9: "G", 12: "T" };
  const RATIOS = ["dB", "deg", "°", "%", "‰", "ppm", "ppb", "LSB", "σ", "sigma"];
  const UNITS = ["V", "A", "W", "F", "H", "Hz", "Ohm", "ohm", "Ω", "s", "S", "m", "C", "J", "K", "T", "g"];
  const PREFIXED = new Set([..."afpnuµμmkMGT"].flatMap((prefix) => UNITS.map((unit) => prefix + unit)));
  const BEYOND = 28, APART = 8, LINE = 13;

  function takesPrefix(unit) {
    const first = unit.replace("**", "^").split(/[/·*. ]/)[0];
    if (unit && (!/^\p{L}/u.test(first) || /[²³⁻^0-9]/.test(first))) return false;
    return !RATIOS.some((ratio) => first.startsWith(ratio)) && !PREFIXED.has(first) && unit !== "bit" && unit !== "bits";
  }

  function ending(prefix, unit) { return (unit === "%" || unit === "°" || !unit ? "" : " ") + prefix + unit; }

  // The power of ten to divide by and what to write after the digits, for numbers as large as value.
  function suffix(value, unit) {
    const number = Math.abs(+value.toPrecision(4));
    const power = number && isFinite(number) && takesPrefix(unit) ? 3 * Math.floor(Math.log10(number) / 3 + 1e-12) : 0;
    return power in PREFIXES ? [power, ending(PREFIXES[power], unit)] : [0, ending("", unit)];
  }

  function si(value, unit, digits) {
    if (value === null || !isFinite(value)) return "–";
    const rounded = +value.toPrecision(digits), [power, end] = suffix(rounded, unit);
    return general(rounded / Math.pow(10, power), Math.max(digits, 3)) + end;
  }

  // Significant digits without trailing zeros; an exponent where the number is too large or too small for them.
  function general(value, digits) {
    if (!value) return "0";
    const [mantissa, power] = value.toExponential(digits - 1).split("e");
    if (+power >= -4 && +power < digits) return plain(+value.toPrecision(digits));
    return plain(+mantissa) + "e" + power[0] + power.slice(1).padStart(2, "0");
  }
  function plain(number) { return String(number === 0 ? 0 : number); }
  function fraction(value, low, high, log) {
    return log ? Math.log10(value / low) / Math.log10(high / low) : (value - low) / (high - low);
  }
  function stepsOf(unit) { return unit === "°" || unit === "deg" ? DEGREES : unit === "dB" ? [1, 2, 4] : STEPS; }

  // The few round steps that are not less than least, rising.
  function risingSteps(least, factors, whole) {
    least = whole ? Math.max(least, 1) : least;
    if (!(least > 0 && isFinite(least))) return [];
    const power = Math.floor(Math.log10(least)), found = [];
    for (let each = power; each < power + 3; each++) for (const factor of factors) found.push(Number(factor + "e" + each));
    return found.filter((step) => step >= least * (1 - 1e-9));
  }

  function divides(step, value) { return Math.abs(value / step - Math.round(value / step)) < HAIR; }

  function roundValues(low, high, most, factors, whole) {
    const steps = risingSteps((high - low) / most, factors, whole);
    if (!steps.length) return [];
    const step = steps.slice(0, factors.length).find((s) => divides(s, low) && divides(s, high)) || steps[0];
    const first = Math.ceil(low / step - HAIR), last = Math.min(Math.floor(high / step + HAIR), first + Math.floor(most));
    return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => (first + i) * step);
  }

  function decades(low, high, most) {
    const first = Math.ceil(Math.log10(low) - 1e-9), last = Math.floor(Math.log10(high) + 1e-9);
    const stride = Math.max(1, Math.ceil((last - first) / most)), found = [], finer = [];
    for (let power = first; power <= last; power += stride) found.push(Number("1e" + power));
    if (last - first >= 2 || most < 3) return found;
    for (let power = first - 1; power <= last; power++) for (const factor of STEPS) finer.push(Number(factor + "e" + power));
    const within = finer.filter((value) => low * (1 - 1e-9) <= value && value <= high * (1 + 1e-9));
    return within.length <= most ? within : found;
  }

  function labels(values, width, unit) {
    const largest = Math.max(0, ...values.map(Math.abs)), [power, end] = suffix(largest, unit);
    const scaled = values.map((value) => value / Math.pow(10, power)), fine = width / Math.pow(10, power) / 200;
    const shown = largest / Math.pow(10, power);
    if (shown < 1e-4 || shown >= 1e6) {
      const digits = largest ? Math.max(3, Math.min(12, Math.ceil(Math.log10(largest / width)) + 3)) : 3;
      return scaled.map((each) => general(Math.abs(each) < fine ? 0 : each, digits) + end);
    }
    const decimals = Math.min(12, Math.max(0, Math.ceil(-Math.log10(fine))));
    return scaled.map((each) => plain(+each.toFixed(decimals)) + end);
  }

  // [place, label] of each mark from low to high, in data units; place is 0 ... 1 along the axis.
  function ticks(low, high, most, axis) {
    if (!(low < high) || most < 1) return [];
    let values = axis.log ? decades(low, high, most) : [];
    if (values.length < 2) values = roundValues(low, high, most, stepsOf(axis.unit), axis.whole);
    values = [low, ...values.filter((value) => low < value && value < high), high];
    if (axis.whole) values = values.filter((value) => value === Math.round(value));
    const far = axis.log && high >= 10 * low, clear = CLEAR / most;
    const texts = far ? values.map((value) => si(value, axis.unit, 3)) : labels(values, high - low, axis.unit);
    return values.map((value, i) => [fraction(value, low, high, axis.log), texts[i]])
      .filter(([at]) => at === 0 || at === 1 || (HAIR < at && at < 1 - HAIR))
      .map(([at, text]) => [at, at === 0 || at === 1 || (clear < at && at < 1 - clear) ? text : ""]);
  }

  function roundBelow(value) {
    const power = Math.floor(Math.log10(value) + 1e-9);
    const steps = [power - 1, power].flatMap((each) => STEPS.map((factor) => Number(factor + "e" + each)));
    return Math.max(...steps.filter((step) => step <= value * (1 + 1e-9)));
  }

  // The range widened to round values, so that both ends have a short label.
  function roundedRange(low, high, axis) {
    if (axis.log) return [roundBelow(low), 1 / roundBelow(1 / high)];
    for (const step of risingSteps((high - low) / PARTS, stepsOf(axis.unit), axis.whole)) {
      const first = Math.floor(low / step + HAIR), last = Math.ceil(high / step - HAIR);
      if (last - first <= PARTS && first < last) return [Math.min(first * step, low), Math.max(last * step, high)];
    }
    return [low, high];
  }

  // How a label of that width stands at pixel at of an axis: outer ones are aligned where they would be cut.
  function anchor(at, width, wide) {
    if (at + width / 2 > wide + BEYOND) return "end";
    return at - width / 2 < -BEYOND ? "start" : "center";
  }

  // Marks of the texts at 0, 1, ...; those that would overlap have no label, the first and the last one keep theirs.
  // Without widthOf they are below each other.
  function categories(names, low, high, wide, widthOf) {
    const found = names.map((text, i) => [(i - low) / (high - low), text]).filter(([at]) => at >= 0 && at <= 1);
    const extents = found.map(([at, text]) => {
      const x = at * wide;
      if (!widthOf) return [x - LINE / 2, x + LINE / 2];
      const width = widthOf(text), kind = anchor(x, width, wide);
      const start = kind === "end" ? x - width : kind === "start" ? x : x - width / 2;
      return [start, start + width + APART];
    });
    const last = found.length - 1;
    for (let stride = 1; stride <= last; stride++) {
      const kept = [];
      for (let i = 0; i < last; i += stride) if (i === 0 || extents[i][1] <= extents[last][0]) kept.push(i);
      kept.push(last);
      if (kept.every((i, n) => n === 0 || extents[kept[n - 1]][1] <= extents[i][0]))
        return found.map(([at, text], i) => [at, kept.includes(i) ? text : ""]);
    }
    return found.map(([at, text], i) => [at, i ? "" : text]);
  }

  return { ticks, roundedRange, categories, anchor, si };
})();
