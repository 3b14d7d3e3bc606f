// The api answers, and so does the database behind it. Where: API_URL.
const answer = await fetch(`${process.env.API_URL}/readyz`, { signal: AbortSignal.timeout(10_000) });
const text = await answer.text();
console.log(answer.status, text);
process.exitCode = answer.ok ? 0 : 1;
