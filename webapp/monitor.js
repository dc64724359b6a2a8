// SPDX-License-Identifier: Apache-2.0

/*
 * Shows what the server tells on the topic _stats every second: see api.md for what the figures mean.
 */
(function () {
  var KEPT = 10 * 60 * 1000; // samples are kept for so long, in milliseconds
  var BOUNDS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000]; // of the classes of delays, in milliseconds
  var LABELS = ["1", "2", "5", "10", "20", "50", "100", "200", "500", "1 s", "2 s", "5 s", "more"];
  var STALE = 4000; // so long without figures is worth a word

  var byId = Page.byId, say = Page.say;
  var samples = [];
  var heardAt = 0, asked = false;
  var perch;

  // ---- figures of a sample ----

  function rate(name) {
    return function (sample) {
      return sample.data[name] * 1000 / Math.max(1, sample.data.millis);
    };
  }

  function sum(object) {
    var all = 0, name;
    for (name in object) {
      all += object[name];
    }
    return all;
  }

  function waits() {
    var kinds = arguments;
    return function (sample) {
      var all = 0, i;
      for (i = 0; i < kinds.length; i++) {
        all += sample.data.waiting[kinds[i]] || 0;
      }
      return all;
    };
  }

  function figure(part, name) {
    return function (sample) {
      return name ? sample.data[part][name] : sample.data[part];
    };
  }

  function refusals(sample) {
    return sum(sample.data.refusals) * 1000 / Math.max(1, sample.data.millis);
  }

  function perCent(n) {
    return Math.round(n) + " %";
  }

  var polls = waits("bare", "cursor", "topic"), publishers = waits("receipt", "reply");
  var charts = {
    waiting: line("waiting", [{ name: "polls", of: polls }, { name: "streams", of: waits("stream") },
      { name: "sockets", of: waits("socket") }, { name: "publishers", of: publishers }], { stacked: true }),
    publishes: line("publishes", [{ name: "publishes", of: rate("publishes") }], {}),
    deliveries: line("deliveries", [{ name: "deliveries", of: rate("deliveries") }], {}),
    refusals: line("refusals", [{ name: "refusals", of: refusals }], {}),
    store: line("store", [{ name: "memory", of: figure("store", "memory") },
      { name: "bodies", of: figure("store", "bytes") }], { bytes: true }),
    memory: line("memory", [{ name: "process", of: figure("resident") },
      { name: "heap", of: figure("heap", "used") }], { bytes: true }),
    processor: line("processor", [{ name: "of all processors", of: figure("processor") }],
      { format: perCent, atLeast: 100 })
  };
  var delays = new Chart.Histogram(byId("chart-delay"), LABELS);
  var below = { refusals: note("refusals"), store: note("store"), memory: note("memory") };

  function line(name, series, options) {
    return new Chart.Line(byId("chart-" + name), series, options);
  }

  function note(name) {
    return Page.add(byId("chart-" + name), "div", "reasons");
  }

  // ---- what is shown ----

  function minutes() {
    return byId("w1").checked ? 1 : byId("w10").checked ? 10 : 3;
  }

  /** The bound below which so large a part of the delays lies, in words. */
  function percentile(counts, part) {
    var left = sum(counts) * part, i;
    for (i = 0; i < BOUNDS.length; i++) {
      left -= counts[i];
      if (left <= 0) {
        return BOUNDS[i] < 1000 ? "\u2264 " + BOUNDS[i] + " ms" : "\u2264 " + BOUNDS[i] / 1000 + " s";
      }
    }
    return "> 5 s";
  }

  function tile(id, number, sub) {
    say(byId(id), number);
    say(byId(id + "-sub"), sub);
  }

  function duration(seconds) {
    var minutes = Math.floor(seconds / 60), hours = Math.floor(minutes / 60), days = Math.floor(hours / 24);
    return days ? days + " d " + hours % 24 + " h" : hours ? hours + " h " + minutes % 60 + " min"
      : minutes ? minutes + " min " + seconds % 60 + " s" : seconds + " s";
  }

  function pair(parent, name, number) {
    var item = Page.add(parent, "span", "", name + " ");
    Page.add(item, "b", "", number);
    parent.appendChild(document.createTextNode(" "));
  }

  function showTiles(last, counts) {
    var data = last.data, refused = sum(data.total.refusals);
    tile("waiting", Chart.short(sum(data.waiting)), Chart.short(data.mailboxes) + (data.mailboxes === 1 ? " mailbox" : " mailboxes"));
    tile("publishes", Chart.short(rate("publishes")(last)), Chart.short(data.total.publishes) + " in all");
    tile("deliveries", Chart.short(rate("deliveries")(last)), Chart.short(data.total.deliveries) + " in all");
    tile("delay", sum(counts) ? percentile(counts, .5) : "\u2013",
      sum(counts) ? "99 % " + percentile(counts, .99) : "nobody waited");
    tile("refused", Chart.short(refused), "since the start");
    tile("connections", Chart.short(data.connections), data.total.lost ? data.total.lost + " answers lost" : "open now");
    byId("refused").className = sum(data.refusals) ? "alarm" : "";
    say(byId("uptime"), "up " + duration(data.uptime));
  }

  function showReasons(seen) {
    var reasons = {}, found = false, i, reason;
    for (i = 0; i < seen.length; i++) {
      for (reason in seen[i].data.refusals) {
        reasons[reason] = (reasons[reason] || 0) + seen[i].data.refusals[reason];
        found = true;
      }
    }
    say(below.refusals, found ? "" : "None in this time.");
    for (reason in reasons) {
      pair(below.refusals, reason, Chart.short(reasons[reason]));
    }
  }

  function showSizes(data) {
    say(below.store, "");
    pair(below.store, "messages", Chart.short(data.store.messages));
    pair(below.store, "of its limit", perCent(100 * data.store.memory / data.store.limit));
    say(below.memory, "");
    pair(below.memory, "heap at most", Chart.bytes(data.heap.max));
  }

  function draw() {
    var last = samples[samples.length - 1], begin = last.time - minutes() * 60000, seen, counts = [], i, name;
    asked = false;
    seen = samples.filter(function (sample) { return sample.time >= begin; });
    for (i = 0; i < LABELS.length; i++) {
      counts[i] = seen.reduce(delaysOf(i), 0);
    }
    for (name in charts) {
      charts[name].draw(seen, begin, last.time);
    }
    delays.draw(counts, sum(counts) ? Chart.short(sum(counts)) + " deliveries to readers that waited; milliseconds, at most"
      : "Nothing was delivered to a reader that waited.");
    showTiles(last, counts);
    showReasons(seen);
    showSizes(last.data);
  }

  function delaysOf(i) {
    return function (all, sample) { return all + sample.data.delays[i]; };
  }

  /** However many samples come at once, they are drawn once. */
  function redraw() {
    if (!asked && samples.length) {
      asked = true;
      requestAnimationFrame(draw);
    }
  }

  function showState() {
    Page.state(byId("state"), perch);
    if (perch.state === "open" && samples.length && new Date().getTime() - heardAt > STALE) {
      byId("state").className = "state waiting";
      say(byId("state"), "no figures since " + Page.clock(heardAt, true));
    }
  }

  // ---- what is read ----

  perch = new Perch(Page.base(), { topics: ["_stats"], after: "start", token: Page.token() });
  perch.on("message", function (message) {
    samples.push(message);
    while (samples[0].time < message.time - KEPT) {
      samples.shift();
    }
    heardAt = new Date().getTime();
    showState();
    redraw();
  });
  perch.on("state", showState);
  perch.on("error", function (error) {
    var untold = error.problem && error.problem.status === 404;
    Page.show(byId("untold"), untold);
    Page.show(say(byId("trouble"), Page.trouble(error, "There will be no more figures")), !untold);
    Page.show(byId("tiles"), samples.length);
    Page.show(byId("charts"), samples.length);
  });
  byId("w1").onclick = byId("w3").onclick = byId("w10").onclick = redraw;
  window.onresize = redraw;
  setInterval(showState, 1000);
  showState();
}());
