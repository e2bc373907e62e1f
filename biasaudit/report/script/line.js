// Moves the line over counted scores: rates with Wilson's interval, gaps with Newcombe's, ratios with
// Koopman's score interval, verdicts by the wider interval of the family and Fisher's exact test, as
// biasaudit/measures has them.
(() => {
  const box = document.getElementById("line");
  if (!box) return;
  const data = JSON.parse(box.dataset.counts), { z, texts } = data, { thousands, point } = JSON.parse(document.body.dataset.words);
  const slider = document.getElementById("line-at"), said = document.getElementById("line-said");

  const wilson = (k, n, z) => {
    const p = k / n, middle = (p + z * z / (2 * n)) / (1 + z * z / n);
    const half = z * Math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n);
    return [k <= 0 ? 0 : Math.max(0, middle - half), k >= n ? 1 : Math.min(1, middle + half)];
  };
  const newcombe = (k, n, k0, n0, z) => {
    const p = k / n, q = k0 / n0, [low, high] = wilson(k, n, z), [low0, high0] = wilson(k0, n0, z);
    return [Math.max(-1, p - q - Math.hypot(p - low, high0 - q)), Math.min(1, p - q + Math.hypot(high - p, q - low0))];
  };
  // The score statistic of a ratio, which falls as the ratio rises.
  const statistic = (k, n, k0, n0, ratio) => {
    const difference = k / n - ratio * k0 / n0;
    if (difference === 0) return 0;
    const a = (n + n0) * ratio, b = -(ratio * (n + k0) + k + n0), c = k + k0;
    const likely = Math.min(1, 1 / ratio, Math.max(0, 2 * c / (Math.sqrt(Math.max(0, b * b - 4 * a * c)) - b)));
    const group = Math.min(1, ratio * likely);
    return difference / Math.sqrt(group * (1 - group) / n + ratio * ratio * likely * (1 - likely) / n0);
  };
  const endWhere = (counts, wanted) => {
    let low = -40, high = 40;
    while (high - low > 1e-12) {
      const middle = (low + high) / 2;
      if (middle <= low || middle >= high) break;
      if (statistic(...counts, Math.exp(middle)) > wanted) low = middle; else high = middle;
    }
    return Math.exp((low + high) / 2);
  };
  const scoreRatio = (k, n, k0, n0) => {
    const counts = [k, n, k0, n0];
    return [k > 0 ? endWhere(counts, z) : 0, k0 > 0 ? endWhere(counts, -z) : Infinity];
  };

  // Stirling's series; below twenty the product itself.
  const logFactorial = (x) => {
    if (x < 20) {
      let sum = 0;
      for (let each = 2; each <= x; each += 1) sum += Math.log(each);
      return sum;
    }
    return (x + 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + 1 / (12 * x) - 1 / (360 * x ** 3) + 1 / (1260 * x ** 5);
  };
  const even = (x) => Math.abs(x % 1) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x);
  const fisher = (...counts) => {
    const [k, n, k0, n0] = counts.map(even), positive = k + k0;
    const choose = (m, x) => logFactorial(m) - logFactorial(x) - logFactorial(m - x);
    const logChance = (x) => choose(n, x) + choose(n0, positive - x) - choose(n + n0, positive);
    const limit = logChance(k) + 1e-7;
    let sum = 0;
    for (let x = Math.max(0, positive - n0); x <= Math.min(n, positive); x += 1) {
      const chance = logChance(x);
      if (chance <= limit) sum += Math.exp(chance);
    }
    return sum;
  };
  // Whether the test of equal rates stands an alarm: the exact one where few people are expected, else the score test.
  const standsTest = ([k, n, k0, n0], group) => {
    const positive = k + k0, rarer = Math.min(positive, n + n0 - positive), pooled = positive / (n + n0);
    if (Math.min(n, n0) * rarer / (n + n0) < data.exact_below) return fisher(k, n, k0, n0) <= group.alpha;
    return Math.abs(k / n - k0 / n0) >= group.z * Math.sqrt(pooled * (1 - pooled) * (1 / n + 1 / n0));
  };
  const verdict = (isBeyond, isWithin, counts, group) =>
    isBeyond ? standsTest(counts, group) ? "exceeds" : "cannot_tell" : isWithin ? "within" : "cannot_tell";
  const gapVerdict = (counts, group) => {
    const [low, high] = newcombe(...counts, group.z);
    return verdict(low > data.gap || high < -data.gap, low >= -data.gap && high <= data.gap, counts, group);
  };
  const ratioVerdict = (counts, group) => {
    const bottom = statistic(...counts, data.ratio), top = statistic(...counts, 1 / data.ratio);
    return verdict(bottom < -group.z || top > group.z, bottom >= group.z && top <= -group.z, counts, group);
  };

  // Halves are rounded to even, as the report rounds them.
  const rounded = (size, digits) => {
    const scaled = size * 10 ** digits;
    const isHalf = (size * 2 ** (digits + 1)) % 1 === 0 && scaled % 1 === 0.5;
    return isHalf ? (2 * Math.round(scaled / 2) / 10 ** digits).toFixed(digits) : size.toFixed(digits);
  };
  const written = (value, digits, sign = "") => {
    const [whole, part] = rounded(Math.abs(value), digits).split(".");
    const text = whole.replace(/\B(?=(\d{3})+$)/g, thousands) + (part ? point + part : "");
    if (!/[1-9]/.test(text)) return text;
    return (value < 0 ? "\u2212" : sign) + text;
  };
  const filled = (text, words) => text.replace(/\{(\w+)\}/g, (place, key) => key in words ? words[key] : place);
  const between = (low, high, scale, digits) => Number.isFinite(high)
    ? filled(texts.to, { low: written(low * scale, digits), high: written(high * scale, digits) })
    : filled(texts.at_least, { low: written(low * scale, digits) });

  // Where the line can stand: after a bin, or inside one whose people all have one score and share its places.
  const total = data.places.reduce((sum, each) => sum + each, 0), last = data.places.length - 1;
  const positions = data.at === 0 ? [{ bin: 0, part: 0 }] : [];
  let filledPlaces = 0;
  data.places.forEach((size, bin) => {
    if (data.cut !== "threshold" && data.tied[bin]) {
      const first = Math.floor(filledPlaces / total * 100) + 1;
      for (let percent = first; percent / 100 * total < filledPlaces + size; percent += 1) {
        const wanted = data.cut === "quota" ? Math.round(percent / 100 * total) : percent / 100 * total;
        const part = (wanted - filledPlaces) / size;
        if (part > 1e-9 && part < 1 - 1e-9) positions.push({ bin, part });
      }
    }
    if (bin < last || data.at === data.places.length) positions.push({ bin, part: 1 });
    filledPlaces += size;
  });
  const upTo = (counts, { bin, part }) => {
    let sum = 0;
    for (let at = 0; at < bin; at += 1) sum += counts[at];
    return sum + part * counts[bin];
  };
  const isOwn = ({ bin, part }) => data.at === 0 ? bin === 0 && part === 0 : bin === data.at - 1 && part === 1;
  const distance = (position) => data.cut === "threshold"
    ? Math.abs(data.thresholds[position.bin] - data.value)
    : Math.abs(upTo(data.places, position) / (data.cut === "share" ? total : 1) - data.value);
  let own = positions.findIndex(isOwn);
  if (own < 0) own = positions.reduce((best, each, at) => distance(each) < distance(positions[best]) ? at : best, 0);
  // A threshold rises to the right; places are filled to the right.
  if (data.cut === "threshold") {
    positions.reverse();
    own = positions.length - 1 - own;
  }

  const cell = (row, name) => row.querySelector(`.${name}`);
  const put = (target, value, interval, state) => {
    const parts = [["value", value], ["interval", interval], [`verdict ${state}`, state ? texts[state] : ""]];
    target.replaceChildren(...parts.filter(([, text]) => text).flatMap(([name, text]) => {
      const span = document.createElement("span");
      span.className = name.trim();
      span.textContent = text;
      return [span, " "];
    }));
  };
  const draw = (row, rate, low, high, other) => {
    const set = (name, values) => Object.entries(values).forEach(([key, value]) => cell(row, name).setAttribute(key, value));
    set("from-to", { x: 100 * low, width: 100 * (high - low) });
    set("here", { x: 100 * rate - 0.6 });
    set("other", { x1: 100 * other, x2: 100 * other });
  };

  const rows = [...box.querySelectorAll("tr[data-at]")];
  const show = () => {
    const position = positions[Number(slider.value)];
    const shares = data.groups.map((group) => {
      const share = upTo(group.counts, position) / group.counts.reduce((sum, each) => sum + each, 0);
      return Math.min(1, Math.max(0, share));
    });
    let widest = null;
    rows.forEach((row) => {
      const at = Number(row.dataset.at), group = data.groups[at], reference = data.groups[group.reference];
      const k = shares[at] * group.n, k0 = shares[group.reference] * reference.n;
      const [low, high] = wilson(k, group.n, z);
      put(cell(row, "rate"), written(100 * shares[at], 1), between(low, high, 100, 1), "");
      draw(row, shares[at], low, high, shares[group.reference]);
      if (group === reference) return;
      const few = group.people < data.minimum || reference.people < data.minimum;
      const counts = [k, group.n, k0, reference.n];
      const gap = shares[at] - shares[group.reference], ends = newcombe(...counts, z);
      put(cell(row, "gap"), written(100 * gap, 1, "+"), between(ends[0], ends[1], 100, 1), few ? "few" : gapVerdict(counts, group));
      if (k0 > 0) {
        const reach = scoreRatio(...counts);
        put(cell(row, "ratio"), written(k / group.n / (k0 / reference.n), 2), between(...reach, 1, 2), few ? "few" : ratioVerdict(counts, group));
      } else put(cell(row, "ratio"), "", texts.undefined, "");
      if (!few && (!widest || Math.abs(gap) > Math.abs(widest.gap))) widest = { row, gap, ends };
    });
    const places = upTo(data.places, position), rate = written(100 * places / total, 1);
    const threshold = data.thresholds[position.bin];
    const words = [];
    if (data.cut === "threshold" && position.part === 1) {
      words.push(filled(texts.threshold, { threshold: String(threshold).replace("-", "\u2212").replace(".", point), rate }));
    } else words.push(filled(data.weighted && data.cut !== "quota" ? texts.places : texts.people, { rate, n: written(places, 0), total: written(total, 0) }));
    if (Number(slider.value) === own && data.at !== null) words.push(texts.own);
    if (widest) {
      words.push(filled(texts.widest, {
        group: widest.row.querySelector(".who").textContent.trim(),
        gap: written(100 * widest.gap, 1, "+"), low: written(100 * widest.ends[0], 1), high: written(100 * widest.ends[1], 1),
      }));
    }
    said.textContent = words.join(" ");
    slider.setAttribute("aria-valuetext", words.slice(0, 1).join(" "));
  };
  slider.max = positions.length - 1;
  slider.value = own;
  slider.addEventListener("input", show);
  document.getElementById("line-back").addEventListener("click", () => {
    slider.value = own;
    show();
  });
  show();
})();
