// A scripted SMSC on loopback, on npm smpp. Commands come as JSON lines on stdin, events go as JSON lines to stdout.
// Faults are drawn from a seed. What it brings it brings again until it is accepted, as an SMSC does.
'use strict';
const smpp = require('smpp');
const readline = require('readline');

const config = JSON.parse(process.argv[2]);
const faults = Object.assign({}, config.faults);
const sessions = [];
const lanes = new Map(); // what waits to be brought, by sender, in order
let ids = 0;
let throttledUntil = 0;
let refusing = false;

function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
const chance = random(config.seed);
const happens = (name) => chance() < (faults[name] || 0);

function tell(event, about) {
  process.stdout.write(JSON.stringify({ event, ...about }) + '\n');
}

function shuffled(list) {
  const mixed = list.slice();
  for (let last = mixed.length - 1; last > 0; last -= 1) {
    const other = Math.floor(chance() * (last + 1));
    [mixed[last], mixed[other]] = [mixed[other], mixed[last]];
  }
  return mixed;
}

// --- what comes from the service

function joined(udh) {
  for (const element of udh || []) {
    if (element[0] === 0x00) return { reference: element[2], total: element[3], number: element[4] };
    if (element[0] === 0x08) return { reference: element.readUInt16BE(2), total: element[4], number: element[5] };
  }
  return { reference: null, total: 1, number: 1 };
}

function take(pdu) {
  ids += 1;
  const id = config.hexIds ? ids.toString(16).toUpperCase() : `m${ids}`;
  const body = pdu.short_message || {};
  tell('sent', {
    to: pdu.destination_addr, from: pdu.source_addr, coding: pdu.data_coding, text: String(body.message || ''),
    validity: pdu.validity_period, receipt: pdu.registered_delivery, id, ...joined(body.udh),
  });
  if (config.receipts !== 'none' && pdu.registered_delivery & 1) report(pdu, config.hexIds ? String(ids) : id);
  return id;
}

function report(pdu, id) {
  const state = config.states[(ids - 1) % config.states.length];
  const text = `id:${id} sub:001 dlvrd:001 submit date:2611261100 done date:2611261101 stat:${state} err:${state === 'DELIVRD' ? '000' : '021'} text:`;
  const numbers = { DELIVRD: 2, EXPIRED: 3, UNDELIV: 5, REJECTD: 8, ENROUTE: 1 };
  const tlv = { receipted_message_id: id, message_state: numbers[state] };
  const fields = { source_addr: pdu.destination_addr, destination_addr: pdu.source_addr, esm_class: 4 };
  const told = config.receipts === 'tlv' ? { ...tlv, short_message: '' } : { short_message: Buffer.from(text) };
  setTimeout(() => bring(`receipt-${pdu.destination_addr}`, { id: null, parts: [{ ...fields, ...told }] }), config.receiptAfter);
}

function submitted(session, pdu) {
  const answer = (fields) => session.send(pdu.response(fields));
  if (Date.now() < throttledUntil || happens('throttle')) {
    if (Date.now() >= throttledUntil) throttledUntil = Date.now() + 200;
    tell('fault', { name: 'throttle' });
    return answer({ command_status: smpp.ESME_RTHROTTLED });
  }
  if (config.refuse[pdu.destination_addr]) return answer({ command_status: config.refuse[pdu.destination_addr] });
  if (happens('lost')) return tell('fault', { name: 'lost' });
  const message_id = take(pdu);
  if (happens('mute')) return tell('fault', { name: 'mute' });
  if (happens('cut')) {
    tell('fault', { name: 'cut' });
    session.socket.write(Buffer.from([0, 0, 0, 33, 0x80, 0, 0]));
    return session.destroy();
  }
  if (happens('slow')) return setTimeout(() => answer({ message_id }), 150);
  return answer({ message_id });
}

// --- what goes to the service

function bring(sender, message) {
  if (!lanes.has(sender)) lanes.set(sender, []);
  const lane = lanes.get(sender);
  lane.push(message);
  if (lane.length === 1) next(sender);
}

async function next(sender) {
  const lane = lanes.get(sender);
  while (lane.length) {
    const message = lane[0];
    for (const part of happens('reorder') ? shuffled(message.parts) : message.parts) await brought(part);
    if (message.id !== null) tell('accepted', { id: message.id });
    lane.shift();
  }
}

const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

function once(session, part) {
  return new Promise((done) => {
    const timer = setTimeout(() => done(null), config.answerWithin);
    const settle = (status) => { clearTimeout(timer); done(status); };
    session.once('close', () => settle(null));
    session.setMaxListeners(0);
    session.deliver_sm({ ...part }, (answer) => settle(answer.command_status));
  });
}

// As many on their way at once as an operator's window lets.
let free = config.window;
const turns = [];
async function enter() {
  if (free > 0) { free -= 1; return; }
  await new Promise((done) => turns.push(done));
}
function leave() {
  const following = turns.shift();
  if (following) following(); else free += 1;
}

async function brought(part) {
  await enter();
  try { await offered(part); } finally { leave(); }
}

async function offered(part) {
  for (let attempt = 0; ; attempt += 1) {
    const bound = sessions.filter((session) => session.bound);
    if (!bound.length) { await pause(50); continue; }
    const session = bound[Math.floor(chance() * bound.length)];
    if (attempt === 0 && happens('corrupt')) garbage(session, part);
    const status = await once(session, part);
    if (status === 0) {
      if (happens('duplicate')) { tell('fault', { name: 'duplicate' }); await once(session, part); }
      return;
    }
    tell('again', { status });
    if (status !== null && !config.temporary.includes(status)) { tell('refused', { status }); return; }
    await pause(config.againAfter);
  }
}

function garbage(session, part) {
  tell('fault', { name: 'corrupt' });
  const body = Buffer.alloc(20 + Math.floor(chance() * 60));
  for (let place = 0; place < body.length; place += 1) body[place] = Math.floor(chance() * 256);
  const command = chance() < 0.5 ? 0x00000005 : 0x00000100 + Math.floor(chance() * 50);
  const head = Buffer.alloc(16);
  const lie = chance() < 0.02; // the stream cannot be followed any more
  head.writeUInt32BE(lie ? 0x7fffffff : 16 + body.length, 0);
  head.writeUInt32BE(command, 4);
  head.writeUInt32BE(0x70000000 + Math.floor(chance() * 1000), 12);
  session.socket.write(Buffer.concat([head, body]));
}

// --- sessions

const server = smpp.createServer({}, (session) => {
  session.on('error', () => {});
  session.on('close', () => {
    const place = sessions.indexOf(session);
    if (place >= 0) sessions.splice(place, 1);
    if (session.bound) tell('gone', {});
    session.bound = false;
  });
  session.on('bind_transceiver', (pdu) => {
    const wrong = pdu.system_id !== config.user || pdu.password !== config.password;
    if (refusing || wrong) {
      tell('bind_refused', {});
      return session.send(pdu.response({ command_status: wrong ? smpp.ESME_RINVPASWD : smpp.ESME_RBINDFAIL }));
    }
    session.bound = true;
    sessions.push(session);
    session.send(pdu.response({ system_id: 'smsc' }));
    return tell('bound', { user: pdu.system_id });
  });
  session.on('submit_sm', (pdu) => submitted(session, pdu));
  session.on('enquire_link', (pdu) => { tell('enquired', {}); if (!faults.deaf) session.send(pdu.response()); });
  session.on('unbind', (pdu) => { tell('unbound', {}); session.bound = false; session.send(pdu.response()); session.close(); });
  session.on('generic_nack', () => tell('nack', {}));
});

const commands = {
  deliver: ({ sender, id, parts }) => bring(sender, { id, parts: parts.map(fields) }),
  cut: () => sessions.slice().forEach((session) => session.destroy()),
  unbind: () => sessions.slice().forEach((session) => { session.bound = false; session.unbind(); }),
  refuse: ({ on }) => { refusing = on; },
  faults: ({ set }) => Object.assign(faults, set),
  raw: ({ hex }) => sessions.slice().forEach((session) => session.socket.write(Buffer.from(hex, 'hex'))),
  waiting: () => tell('waiting', { count: [...lanes.values()].reduce((sum, lane) => sum + lane.length, 0) }),
};

function fields(part) {
  const made = { ...part };
  if (part.body !== undefined) made.short_message = Buffer.from(part.body, 'hex');
  if (part.payload !== undefined) made.message_payload = Buffer.from(part.payload, 'hex');
  delete made.body;
  delete made.payload;
  return made;
}

readline.createInterface({ input: process.stdin })
  .on('line', (line) => { const said = JSON.parse(line); commands[said.do](said); })
  .on('close', () => process.exit(0));
server.on('error', (error) => { tell('failed', { code: error.code }); process.exit(1); });
server.listen(config.port, '127.0.0.1', () => tell('listening', { port: server.address().port }));
