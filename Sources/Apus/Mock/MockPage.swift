/// The page on which a person switches the targets.
enum MockPage {
    /// The page with one row of buttons for each target; `""` is the one without a prefix.
    static func html(_ targets: [(name: String, mode: MockMode)]) -> String {
        let known = targets.contains { $0.name.isEmpty } ? targets : [(name: "", mode: .ok)] + targets
        let rows = known.map { target in
            let prefix = target.name.isEmpty ? "" : "/t/\(target.name)"
            let buttons = MockMode.names.map { name in
                let isOn = name == target.mode.name
                return
                    "<button data-url=\"\(self.escaped(prefix))/_mock?mode=\(name)\" aria-pressed=\"\(isOn)\">\(name)</button>"
            }
            return "<tr><th scope=\"row\">\(self.escaped(prefix))/</th><td>\(buttons.joined(separator: " "))</td></tr>"
        }
        return """
            <!doctype html>
            <html lang="en">
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width">
            <title>apus mock</title>
            <style>
            body { font: 1rem/1.5 system-ui, sans-serif; max-width: 50rem; margin: 2rem auto; padding: 0 1rem }
            th { text-align: left; padding-right: 1rem; font-family: monospace }
            button { font: inherit; padding: .2rem .7rem } button[aria-pressed=true] { background: #0b5; color: #fff }
            </style>
            <h1>apus mock</h1>
            <p>What each target answers. Any path <code>/t/NAME</code> is a target of its own.
            <a href="/_mock/log">What was served</a></p>
            <table>\(rows.joined(separator: "\n"))</table>
            <script>
            document.addEventListener("click", async event => {
                const url = event.target.dataset.url;
                if (url) { await fetch(url, { method: "POST" }); location.reload(); }
            });
            </script>
            </html>

            """
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing("\"", with: "&quot;")
    }
}
