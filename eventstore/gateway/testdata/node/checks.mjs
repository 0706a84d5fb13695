// What a Node client of EventStoreDB does with a server, a line a check:
//
//   node checks.mjs PACKAGE CONNECTION-STRING [NAME]
//
// prints "ok NAME" or "not ok NAME: REASON" and exits with the number of checks
// that failed. A check writes to streams of its own, so that they run in any order.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { pathToFileURL } from "node:url";
import { createRequire } from "node:module";
import path from "node:path";

const [, , name, address, only] = process.argv;
const from = createRequire(path.join(process.cwd(), "package.json"));
const db = await import(pathToFileURL(from.resolve(name)));
const Client = db.EventStoreDBClient ?? db.KurrentDBClient;
const open = (options = "") => Client.connectionString(address + options);
const client = open();
const signedIn = { credentials: { username: "admin", password: "changeit" } }; // this way goes by Append, the other by BatchAppend

// The two packages name the same thing differently.
const expecting = (revision) => ({ expectedRevision: revision, streamState: revision });
const actual = (error) => error.actualVersion ?? error.actualState;
const expected = (error) => error.expectedVersion ?? error.expectedState;

const stream = () => `check-${randomUUID()}`;
const happened = (n, more = {}) => db.jsonEvent({ id: randomUUID(), type: "thing-happened", data: { n, 字: "归属" }, metadata: { by: "nobody" }, ...more });
const several = (count) => Array.from({ length: count }, (_, n) => happened(n));
const numbers = (resolved) => resolved.map((each) => each.event.data.n);

async function all(reading, limit = Infinity) {
  const got = [];
  for await (const each of reading) {
    got.push(each);
    if (got.length === limit) break;
  }
  return got;
}

// within fails a wait that lasts too long.
function within(what, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited in vain: ${what}`)), 60_000);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

const once = (emitter, signal) =>
  within(signal, new Promise((resolve, reject) => {
    emitter.once(signal, resolve);
    emitter.once("error", reject);
  }));

// heard collects what a subscription brings until there is so much of it.
function heard(subscription, count) {
  const got = [];
  return within(`${count} events`, new Promise((resolve, reject) => {
    subscription.on("error", reject);
    subscription.on("data", (each) => {
      got.push(each);
      if (got.length === count) resolve(got);
    });
  }));
}

async function refused(kind, doing) {
  try {
    await doing;
  } catch (error) {
    assert.ok(error instanceof kind, `${error?.constructor?.name}: ${error?.message}`);
    return error;
  }
  assert.fail(`${kind.name} was expected`);
}

const checks = {
  async "append"() {
    const s = stream();
    const first = await client.appendToStream(s, several(2), { ...expecting(db.NO_STREAM), ...signedIn });
    assert.equal(first.success, true);
    assert.equal(first.nextExpectedRevision, 1n);
    const second = await client.appendToStream(s, happened(2), { ...expecting(1n), ...signedIn });
    assert.equal(second.nextExpectedRevision, 2n);
    assert.ok(second.position.commit > first.position.commit);
  },

  async "batch append"() {
    const s = stream();
    const first = await client.appendToStream(s, several(2_000), { ...expecting(db.NO_STREAM), batchAppendSize: 8 << 10 });
    assert.equal(first.nextExpectedRevision, 1_999n);
    await client.appendToStream(s, happened(2_000), expecting(db.STREAM_EXISTS));
    assert.deepEqual(numbers(await all(client.readStream(s))), Array.from({ length: 2_001 }, (_, n) => n));
  },

  async "many appends at once"() {
    const s = stream();
    const done = await Promise.all(several(200).map((event) => client.appendToStream(s, event)));
    const revisions = done.map((each) => Number(each.nextExpectedRevision)).sort((a, b) => a - b);
    assert.deepEqual(revisions, Array.from({ length: 200 }, (_, n) => n));
  },

  async "an append that comes again"() {
    for (const way of [{}, signedIn]) {
      const s = stream();
      const event = happened(0);
      const first = await client.appendToStream(s, event, way);
      const again = await client.appendToStream(s, event, way);
      assert.deepEqual(again, first);
      assert.equal((await all(client.readStream(s))).length, 1);
    }
  },

  async "wrong expected version"() {
    for (const way of [{}, signedIn]) {
      const s = stream();
      let error = await refused(db.WrongExpectedVersionError, client.appendToStream(s, happened(0), { ...expecting(7n), ...way }));
      assert.equal(error.streamName, s);
      assert.equal(expected(error), 7n);
      assert.equal(actual(error), db.NO_STREAM);
      await client.appendToStream(s, several(3), way);
      error = await refused(db.WrongExpectedVersionError, client.appendToStream(s, happened(3), { ...expecting(db.NO_STREAM), ...way }));
      assert.equal(expected(error), db.NO_STREAM);
      assert.equal(actual(error), 2n);
      assert.equal((await all(client.readStream(s))).length, 3);
    }
  },

  async "wrong expected version, without throwing"() {
    const quiet = open("&throwOnAppendFailure=false");
    try {
      for (const way of [{}, signedIn]) {
        const s = stream();
        const result = await quiet.appendToStream(s, happened(0), { ...expecting(7n), ...way });
        assert.equal(result.success, false);
        assert.equal(result.nextExpectedRevision, -1n);
        assert.equal((await quiet.appendToStream(s, happened(0), way)).success, true);
      }
    } finally {
      await quiet.dispose();
    }
  },

  async "an event as it was written"() {
    const s = stream();
    const json = happened(1);
    const binary = db.binaryEvent({ id: randomUUID(), type: "picture-taken", data: Uint8Array.from([0, 255, 10, 128]), metadata: Uint8Array.from([1, 2, 3]) });
    const before = Date.now();
    const appended = await client.appendToStream(s, [json, binary]);
    const [first, second] = (await all(client.readStream(s))).map((each) => each.event);
    assert.equal(first.id, json.id);
    assert.equal(first.type, "thing-happened");
    assert.equal(first.streamId, s);
    assert.equal(first.isJson, true);
    assert.deepEqual(first.data, json.data);
    assert.deepEqual(first.metadata, json.metadata);
    assert.equal(first.revision, 0n);
    assert.ok(Math.abs(new Date(first.created).getTime() - before) < 60_000, `created is ${first.created}`);
    assert.equal(second.isJson, false);
    assert.deepEqual([...second.data], [0, 255, 10, 128]);
    assert.deepEqual([...second.metadata], [1, 2, 3]);
    assert.deepEqual(second.position ?? appended.position, appended.position);
  },

  async "read a stream"() {
    const s = stream();
    await client.appendToStream(s, several(100));
    assert.deepEqual(numbers(await all(client.readStream(s, { fromRevision: 97n }))), [97, 98, 99]);
    assert.deepEqual(numbers(await all(client.readStream(s, { fromRevision: 10n, maxCount: 2 }))), [10, 11]);
    assert.deepEqual(numbers(await all(client.readStream(s, { direction: db.BACKWARDS, fromRevision: db.END, maxCount: 2 }))), [99, 98]);
    assert.deepEqual(numbers(await all(client.readStream(s, { direction: db.BACKWARDS, fromRevision: 1n }))), [1, 0]);
    assert.deepEqual(await all(client.readStream(s, { fromRevision: 100n })), []);
  },

  async "stop in the middle of a read"() {
    const s = stream();
    await client.appendToStream(s, several(3_000));
    // Not more often: the newer client lets go of such a read only when its memory is
    // collected, and until then it holds a part of the connection's window.
    for (let n = 0; n < 5; n++) {
      assert.equal((await all(client.readStream(s), 5)).length, 5);
    }
  },

  async "read a stream that does not exist"() {
    const s = stream();
    const error = await refused(db.StreamNotFoundError, all(client.readStream(s)));
    assert.equal(error.streamName, s);
  },

  async "read all"() {
    const s = stream();
    const first = await client.appendToStream(s, several(3));
    const second = await client.appendToStream(s, several(2));
    const mine = (resolved) => resolved.filter((each) => each.event?.streamId === s);
    const onwards = await all(client.readAll({ fromPosition: first.position }));
    assert.deepEqual(numbers(mine(onwards)), [2, 0, 1]);
    const back = await all(client.readAll({ direction: db.BACKWARDS, fromPosition: second.position }));
    assert.deepEqual(numbers(mine(back)), [0, 2, 1, 0]);
    const newest = await all(client.readAll({ direction: db.BACKWARDS, fromPosition: db.END, maxCount: 1 }));
    assert.equal(newest.length, 1);
  },

  async "subscribe to a stream"() {
    const s = stream();
    await client.appendToStream(s, several(5));
    const subscription = client.subscribeToStream(s, { fromRevision: 1n });
    const caughtUp = once(subscription, "caughtUp");
    const got = heard(subscription, 5);
    await caughtUp;
    assert.ok(subscription.id);
    await client.appendToStream(s, [happened(5), happened(6)]);
    assert.deepEqual(numbers(await got), [2, 3, 4, 5, 6]);
    await subscription.unsubscribe();
  },

  // As emmett's consumers do it: a category, links resolved, resumed (F-13).
  async "follow a category"() {
    const category = randomUUID().replaceAll("-", "");
    for (const n of [0, 1, 2]) await client.appendToStream(`${category}-${n % 2}`, happened(n));
    const follow = async (options, count, more = async () => {}) => {
      const subscription = client.subscribeToStream(`$ce-${category}`, { resolveLinkTos: true, ...options });
      const got = heard(subscription, count);
      await more();
      const events = await got;
      await subscription.unsubscribe();
      return events;
    };
    const first = await follow({ fromRevision: db.START }, 3);
    assert.deepEqual(numbers(first), [0, 1, 2]);
    assert.deepEqual(first.map((each) => each.link.revision), [0n, 1n, 2n]);
    const resumed = await follow({ fromRevision: 1n }, 2, () => client.appendToStream(`${category}-3`, happened(3)));
    assert.deepEqual(numbers(resumed), [2, 3]);
    const last = await all(client.readStream(`$ce-${category}`, { fromRevision: db.END, direction: db.BACKWARDS, maxCount: 2, resolveLinkTos: true }));
    assert.deepEqual(numbers(last), [3, 2]);
  },

  // The Node client dies of an answer that names no stream (G-01).
  async "a name that is too long"() {
    for (const way of [{}, signedIn]) {
      await assert.rejects(client.appendToStream("n".repeat(10_000), happened(0), way), /longer than 512 bytes|BadRequest/);
    }
    await client.appendToStream(stream(), happened(0));
  },

  // The Python client's filter, unless told otherwise (G-23).
  async "what the Python client leaves out"() {
    const s = stream();
    await client.appendToStream(s, happened(0));
    const left = "^(?!(\\$.+$|PersistentConfig\\d+$|Result$)).*$";
    const got = await all(client.readAll({ direction: db.BACKWARDS, fromPosition: db.END, maxCount: 1, filter: db.eventTypeFilter({ regex: left }) }));
    assert.equal(got.length, 1);
  },

  async "subscribe to the end of a stream that comes later"() {
    const s = stream();
    const subscription = client.subscribeToStream(s, { fromRevision: db.END });
    const confirmed = once(subscription, "confirmation");
    const got = heard(subscription, 1);
    await confirmed;
    await client.appendToStream(s, happened(0));
    assert.deepEqual(numbers(await got), [0]);
    await subscription.unsubscribe();
  },

  async "subscribe to all, filtered"() {
    const s = stream();
    const checkpoints = [];
    let noted;
    const checkpoint = within("checkpoint", new Promise((resolve) => (noted = resolve)));
    const filter = db.streamNameFilter({
      prefixes: [s],
      checkpointInterval: 1,
      checkpointReached: async (_, position) => {
        checkpoints.push(position.commit);
        if (checkpoints.length === 2) noted();
      },
    });
    const subscription = client.subscribeToAll({ fromPosition: db.START, filter });
    const caughtUp = once(subscription, "caughtUp");
    const got = heard(subscription, 4);
    await caughtUp;
    await client.appendToStream(`${s}-1`, several(2));
    await client.appendToStream(stream(), several(100));
    await client.appendToStream(`${s}-2`, several(2));
    await client.appendToStream(stream(), several(100));
    assert.deepEqual(numbers(await got), [0, 1, 0, 1]);
    await checkpoint;
    assert.deepEqual(checkpoints, [...checkpoints].sort((a, b) => (a < b ? -1 : 1)));
    await subscription.unsubscribe();
  },

  async "subscribe to all, user events by a regular expression"() {
    const s = stream();
    const { position } = await client.appendToStream(s, happened(0));
    await client.setStreamMetadata(s, { maxCount: 10 });
    await client.appendToStream(s, happened(1));
    const subscription = client.subscribeToAll({ fromPosition: position, filter: db.excludeSystemEvents() });
    const [next] = await heard(subscription, 1);
    assert.ok(!next.event.type.startsWith("$"), next.event.type);
    await subscription.unsubscribe();
  },

  async "many subscriptions on one connection"() {
    const s = stream();
    const subscriptions = Array.from({ length: 200 }, () => client.subscribeToStream(s));
    const got = subscriptions.map((each) => heard(each, 3));
    await client.appendToStream(s, several(3));
    for (const each of await Promise.all(got)) assert.deepEqual(numbers(each), [0, 1, 2]);
    await Promise.all(subscriptions.map((each) => each.unsubscribe()));
  },

  async "metadata of a stream"() {
    const s = stream();
    await client.appendToStream(s, several(10));
    await client.setStreamMetadata(s, { maxCount: 3, colour: "red" });
    const { metadata, metastreamRevision } = await client.getStreamMetadata(s);
    assert.equal(metadata.maxCount, 3);
    assert.equal(metadata.colour, "red");
    assert.ok(metastreamRevision > 0n); // these clients put the position there
    assert.deepEqual(numbers(await all(client.readStream(s))), [7, 8, 9]);
  },

  async "links"() {
    const s = stream();
    const links = stream();
    await client.appendToStream(s, several(2));
    // What stands at @ is the event's number.
    await client.appendToStream(links, db.binaryEvent({ type: "$>", data: Buffer.from(`1@${s}`) }));
    const [resolved] = await all(client.readStream(links, { resolveLinkTos: true }));
    assert.equal(resolved.event.data.n, 1);
    assert.equal(resolved.event.streamId, s);
    assert.equal(resolved.link.streamId, links);
    const [plain] = await all(client.readStream(links));
    assert.equal(plain.event.type, "$>");
  },

  async "delete a stream"() {
    const s = stream();
    await client.appendToStream(s, several(2));
    await refused(db.WrongExpectedVersionError, client.deleteStream(s, { expectedRevision: 7n }));
    const { position } = await client.deleteStream(s);
    assert.ok(position.commit > 0n);
    await refused(db.StreamNotFoundError, all(client.readStream(s)));
    const again = await client.appendToStream(s, happened(2));
    assert.equal(again.nextExpectedRevision, 2n); // it never starts from the beginning
    assert.deepEqual(numbers(await all(client.readStream(s))), [2]);
  },

  async "tombstone a stream"() {
    for (const way of [{}, signedIn]) {
      const s = stream();
      await client.appendToStream(s, happened(0));
      await client.tombstoneStream(s);
      const read = await refused(db.StreamDeletedError, all(client.readStream(s)));
      assert.equal(read.streamName, s);
      await refused(db.StreamDeletedError, client.appendToStream(s, happened(1), way));
    }
  },

  async "persistent subscription"() {
    const s = stream();
    await client.appendToStream(s, several(4));
    const settings = db.persistentSubscriptionToStreamSettingsFromDefaults({ startFrom: db.START, checkPointAfter: 100 });
    await client.createPersistentSubscriptionToStream(s, "group", settings);
    await refused(db.PersistentSubscriptionExistsError, client.createPersistentSubscriptionToStream(s, "group", settings));
    const subscription = client.subscribeToPersistentSubscriptionToStream(s, "group", { bufferSize: 2 });
    const got = [];
    await within("all events, the first one twice", new Promise((resolve, reject) => {
      subscription.on("error", reject);
      subscription.on("data", async (each) => {
        got.push(each.event.data.n);
        if (got.length === 1) {
          await subscription.nack("retry", "not yet", each);
          return;
        }
        await subscription.ack(each);
        if (got.length === 5) resolve();
      });
    }));
    assert.deepEqual([...got].sort(), [0, 0, 1, 2, 3]);
    const [info] = await client.listPersistentSubscriptionsToStream(s);
    assert.equal(info.groupName, "group");
    await subscription.unsubscribe();
    await client.deletePersistentSubscriptionToStream(s, "group");
    await refused(db.PersistentSubscriptionDoesNotExistError, client.getPersistentSubscriptionToStreamInfo(s, "group"));
  },
};

// A wait of a check that failed already has nobody left to hear that it was in vain.
process.on("unhandledRejection", () => {});

let failed = 0;
for (const [what, check] of Object.entries(checks)) {
  if (only && only !== what) continue;
  try {
    await check();
    console.log(`ok ${what}`);
  } catch (error) {
    failed++;
    console.log(`not ok ${what}: ${String(error?.stack ?? error).replaceAll("\n", " | ")}`);
  }
}
await client.dispose();
process.exit(failed);
