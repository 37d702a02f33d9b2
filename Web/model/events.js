// Reads Server-Sent Events from the body of an answer.
//
// EventSource would hide what matters here: the status of a refusal, and the heartbeats whose absence shows that the
// gateway stands still while the connection looks open.

// Calls `onEvent({ name, id, data })` for each event, and `onBytes` whenever anything arrives; returns at the end.
export async function readEvents(body, onEvent, onBytes) {
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    let event = { name: "message", id: null, data: [] };
    for (;;) {
        const { value, done } = await reader.read();
        if (done) return;
        onBytes();
        const lines = (rest + value).split("\n");
        rest = lines.pop();
        for (const line of lines) {
            if (line === "") {
                if (event.data.length > 0) onEvent({ ...event, data: event.data.join("\n") });
                event = { name: "message", id: null, data: [] };
                continue;
            }
            const colon = line.indexOf(":");
            // A line that begins with a colon is a comment: the heartbeat.
            if (colon === 0) continue;
            const field = colon < 0 ? line : line.slice(0, colon);
            const text = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
            if (field === "event") event.name = text;
            else if (field === "id") event.id = text;
            else if (field === "data") event.data.push(text);
        }
    }
}
