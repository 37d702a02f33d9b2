// Wraps an asynchronous function so that it never runs twice at once: calls while it runs become one more run after it.
//
// However often something changes and however slow the gateway is, there is one request at a time, and the last counts.
export function coalesce(body) {
    let running = null;
    let isAskedAgain = false;
    return function run() {
        if (running) {
            isAskedAgain = true;
            return running;
        }
        running = body().finally(() => {
            running = null;
            if (!isAskedAgain) return undefined;
            isAskedAgain = false;
            return run();
        });
        return running;
    };
}
