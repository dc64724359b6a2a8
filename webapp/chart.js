// SPDX-License-Identifier: Apache-2.0

/*
 * Pictures of numbers, drawn as SVG: a run of samples over time, and a histogram. Times are in milliseconds.
 */
var Chart = (function () {
  var NS = "http://www.w3.org/2000/svg";
  var LEFT = 44, BOTTOM = 18, TOP = 8;
  var NARROW = 28; // in less there is no room for a label
  var PAUSE = 4000; // samples that lie further apart are not joined

  function svg(parent, tag, className, attributes) {
    var element = document.createElementNS(NS, tag), name;
    element.setAttribute("class", className);
    for (name in attributes) {
      element.setAttribute(name, attributes[name]);
    }
    return parent.appendChild(element);
  }

  function clear(element) {
    while (element.firstChild) {
      element.removeChild(element.firstChild);
    }
  }

  /** The smallest of 2, 4, 10, 20, 40, 100 ... that is not less, so that its half is a whole number. */
  function ceiling(value) {
    var step = 1;
    while (value > step * 4) {
      step *= 10;
      if (value <= step) {
        return step;
      }
    }
    return value > step * 2 ? step * 4 : step * 2;
  }

  /** The same for bytes: a power of two. */
  function ceilingOfBytes(value) {
    var step = 1024;
    while (step < value) {
      step *= 2;
    }
    return step;
  }

  function short(n) {
    return n < 9999.5 ? String(Math.round(n)) : n < 999500 ? trim(n / 1000) + "k" : trim(n / 1e6) + "M";
  }

  function trim(n) {
    return n < 9.95 ? n.toFixed(1).replace(/\.0$/, "") : String(Math.round(n));
  }

  function bytes(n) {
    var units = ["B", "KiB", "MiB", "GiB", "TiB"], i = 0;
    while (n >= 1000 && i < units.length - 1) {
      n /= 1024;
      i++;
    }
    return (n < 10 && i ? trim(n) : Math.round(n)) + " " + units[i];
  }

  /** A canvas of the size that its place has, with lines for nothing, half and the most. */
  function frame(picture, most, format) {
    var width = picture.clientWidth, height = picture.clientHeight, i, y;
    var area = { left: LEFT, right: width - 2, top: TOP, bottom: height - BOTTOM };
    clear(picture);
    for (i = 0; i <= 2; i++) {
      y = Math.round(area.bottom - (area.bottom - area.top) * i / 2) + .5;
      svg(picture, "line", "grid", { x1: area.left, x2: area.right, y1: y, y2: y });
      svg(picture, "text", "end", { x: area.left - 8, y: y + 4 }).textContent = format(most * i / 2);
    }
    return area;
  }

  /**
   * Samples over time.
   *
   * @param place the element to draw in
   * @param series a list of {name, of}: what it is called, and a function that gives the number of a sample
   * @param options stacked: one upon the other; bytes: the numbers are bytes; format; atLeast: the least that the
   *     scale shows
   */
  function Line(place, series, options) {
    var self = this;
    var format = options.format || (options.bytes ? bytes : short);
    var legend = Page.add(place, "div", "legend");
    var picture = svg(place, "svg", "chart", { role: "img" });
    var pointed = null; // where the pointer is, as a part of the width
    var shown = [], from = 0, to = 1;

    function value(sample, i) {
      var sum = 0, k;
      for (k = options.stacked ? 0 : i; k <= i; k++) {
        sum += series[k].of(sample) || 0;
      }
      return sum;
    }

    /** The sample that is pointed at, or the newest. */
    function looked() {
      var time = from + (to - from) * pointed, best = shown[shown.length - 1], i;
      for (i = 0; pointed !== null && i < shown.length; i++) {
        if (Math.abs(shown[i].time - time) < Math.abs(best.time - time)) {
          best = shown[i];
        }
      }
      return best;
    }

    function describe(sample) {
      var words = [], i, item, n;
      clear(legend);
      for (i = 0; i < series.length; i++) {
        n = format(series[i].of(sample) || 0);
        item = Page.add(legend, "span");
        if (series.length > 1) {
          Page.add(item, "i", "s" + i);
        }
        item.appendChild(document.createTextNode(series[i].name + " "));
        Page.add(item, "b", "", n);
        words.push(series[i].name + " " + n);
      }
      if (pointed !== null) {
        Page.add(legend, "span", "at", Page.clock(sample.time, true));
      }
      picture.setAttribute("aria-label", words.join(", "));
    }

    /** Draws those samples that lie between two times. */
    self.draw = function (samples, begin, end) {
      shown = samples;
      from = begin;
      to = end;
      paint();
    };

    function paint() {
      var most = options.atLeast || 1, area, i, sample;
      if (!shown.length || !picture.clientWidth) {
        return;
      }
      shown.forEach(function (each) {
        for (i = 0; i < series.length; i++) {
          most = Math.max(most, value(each, i));
        }
      });
      most = (options.bytes ? ceilingOfBytes : ceiling)(most);
      area = frame(picture, most, format);
      for (i = series.length - 1; i >= 0; i--) {
        run(area, most, i);
      }
      times(area);
      sample = looked();
      if (pointed !== null) {
        i = x(area, sample.time);
        svg(picture, "line", "cross", { x1: i, x2: i, y1: area.top, y2: area.bottom });
      }
      describe(sample);
    }

    function x(area, time) {
      return area.left + (area.right - area.left) * (time - from) / (to - from);
    }

    function run(area, most, i) {
      var line = "", fill = "", last = null, first;
      function close() {
        fill += last ? "L" + x(area, last.time).toFixed(1) + "," + area.bottom + "L" + first + "," + area.bottom + "Z" : "";
      }
      shown.forEach(function (sample) {
        var at = x(area, sample.time).toFixed(1);
        var point = at + "," + (area.bottom - (area.bottom - area.top) * value(sample, i) / most).toFixed(1);
        if (last && sample.time - last.time < PAUSE) {
          line += "L" + point;
          fill += "L" + point;
        } else {
          close();
          first = at;
          line += "M" + point;
          fill += "M" + point;
        }
        last = sample;
      });
      close();
      svg(picture, "path", "area s" + i + (options.stacked ? " stacked" : ""), { d: fill });
      if (!options.stacked) {
        svg(picture, "path", "line s" + i, { d: line });
      }
    }

    function times(area) {
      var minutes = (to - from) / 60000;
      svg(picture, "text", "", { x: area.left, y: area.bottom + 15 }).textContent = minutes + " min ago";
      svg(picture, "text", "end", { x: area.right, y: area.bottom + 15 }).textContent = "now";
    }

    function point(event) {
      var box = picture.getBoundingClientRect();
      pointed = Math.min(1, Math.max(0, (event.clientX - box.left - LEFT) / (box.width - LEFT - 2)));
      paint();
    }

    picture.addEventListener("pointermove", point);
    picture.addEventListener("pointerdown", point);
    picture.addEventListener("pointerleave", function () {
      pointed = null;
      paint();
    });
  }

  /**
   * How many there are of each class.
   *
   * @param labels what the classes are called
   */
  function Histogram(place, labels) {
    var legend = Page.add(place, "div", "legend");
    var picture = svg(place, "svg", "chart", { role: "img" });

    /** Draws these counts, with a sentence above them. */
    this.draw = function (counts, sentence) {
      var most = ceiling(Math.max.apply(null, counts.concat(1)));
      var area, wide;
      if (!picture.clientWidth) {
        return;
      }
      area = frame(picture, most, short);
      wide = (area.right - area.left) / counts.length;
      counts.forEach(function (count, i) {
        var height = count ? Math.max(2, (area.bottom - area.top) * count / most) : 0;
        var middle = area.left + wide * (i + .5);
        svg(picture, "rect", "bar s0",
          { x: area.left + wide * i + wide * .12, width: wide * .76, y: area.bottom - height, height: height, rx: 2 });
        if (count) {
          svg(picture, "text", "middle number", { x: middle, y: area.bottom - height - 3 }).textContent =
            wide > NARROW || count < 1000 ? short(count) : trim(count / 1000) + "k";
        }
        if (wide > NARROW || i % 3 === 0) {
          svg(picture, "text", "middle", { x: middle, y: area.bottom + 15 }).textContent = labels[i];
        }
      });
      Page.say(legend, sentence);
      picture.setAttribute("aria-label", sentence);
    };
  }

  return { Line: Line, Histogram: Histogram, short: short, bytes: bytes };
}());
