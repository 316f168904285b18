// Read results with a plain Redis client: a consumer group, acknowledged one by one, taken over from readers that died.
import { createClient } from "redis";

const [stream, group, reader] = ["wiredesk:results", "archive-node", `reader-${process.pid}`];
const server = await createClient({ url: process.argv[2] ?? "redis://127.0.0.1:6379/0" }).connect();
await server.xGroupCreate(stream, group, "0", { MKSTREAM: true }).catch((error) => {
  if (!error.message.includes("BUSYGROUP")) throw error;
});

for (;;) {
  const left = await server.xAutoClaim(stream, group, reader, 60_000, "0-0", { COUNT: 100 });
  const fresh = await server.xReadGroup(group, reader, { key: stream, id: ">" }, { COUNT: 100, BLOCK: 5_000 });
  const entries = [...left.messages, ...(fresh?.[0]?.messages ?? [])];
  for (const entry of entries.filter(Boolean)) {
    const { id, status, version: upTo } = entry.message;
    const result = status === "deleted" ? null : await server.get(`wiredesk:result:${id}`);
    if (status === "deleted") {
      // Not the id alone: whoever takes this up late may have stored a newer version since.
      console.log(id, "was taken down: drop its versions up to", upTo);
    } else if (result !== null) {
      const { article, version, quotes } = JSON.parse(result);
      console.log(article.id, version, (quotes ?? []).length, "quotes");
    }
    await server.xAck(stream, group, entry.id);
  }
}
