// Reads the mailbox "old" by the view that the address names, shows what comes, and answers each "ask" with "answer".
// The address: ?OPTION,OPTION... of bare, view=NAME, base=URL, jsonp
(function () {
  var asked = /[?,]view=(\w+)/.exec(location.search), base = /[?,]base=([^,]*)/.exec(location.search);
  var perch = new Perch(base ? unescape(base[1]) : "/", { mailbox: "old", after: "start", wait: 2, view: asked ? asked[1] : undefined });

  function show(id, text) {
    document.getElementById(id).appendChild(document.createTextNode(text));
  }

  perch.on("state", function (state) {
    document.getElementById("state").innerHTML = state;
    document.getElementById("view").innerHTML = perch.view || "";
  });
  perch.on("error", function (e) { show("failed", e.message); });
  perch.on("message", function (m) {
    show("got", (typeof m.data === "string" ? m.data : "object " + m.data.n) + ";");
    if (m.data === "ask") {
      perch.send("mailbox/answers", { text: "J\u00fcrgen", n: 1 }, function (problem) {
        show("got", (problem ? problem.message : "answered") + ";");
        document.body.style.backgroundColor = problem ? "#c00000" : "#00a000";
      });
    }
  });
}());
