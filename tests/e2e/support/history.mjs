// Checks what clients were told about one wallet against its journal, as tests/support/history.cpp does: both must be
// the story of a wallet that carries out one command after the other.

/** The rows of the journal in the order of their ids, as `decisions`: neighbours of one operation and generation. */
function decisionsOf(rows) {
  const decisions = [];
  for (const row of [...rows].sort((a, b) => a.id - b.id)) {
    const last = decisions.at(-1);
    const same = last?.operation === row.operation && last.generation === row.generation_id;
    if (same && row.generation_id !== null) {
      last.rows.push(row);
    } else {
      decisions.push({ operation: row.operation, generation: row.generation_id, rows: [row] });
    }
  }
  return decisions;
}

/** Carries the rows out one after the other; gives each decision the `balance` after it. */
function replay(decisions, complain) {
  const lots = new Map();
  const spent = new Map();
  let balance = 0;
  for (const decision of decisions) {
    for (const { id, operation, amount, purchase_id: lot, generation_id: generation } of decision.rows) {
      if (['purchase', 'subscription', 'grant'].includes(operation)) {
        if (amount <= 0 || lots.has(lot)) complain(`row ${id} opens no lot`);
      } else if (!lots.has(lot)) {
        complain(`row ${id} is about a lot that is not there`);
      }
      lots.set(lot, (lots.get(lot) ?? 0) + amount);
      balance += amount;
      if (lots.get(lot) < 0) complain(`row ${id} takes what is not there`);
      if (operation !== 'spend' && operation !== 'refund') continue;
      spent.set(generation, (spent.get(generation) ?? 0) - amount);
      if (spent.get(generation) < 0) complain(`row ${id} gives back more than was spent`);
    }
    decision.balance = balance;
    decision.last = decision.rows.at(-1).id;
  }
}

/** Each accepted call explains one decision, and no two the same one; nobody's spend stays unexplained. */
function explain(decisions, calls, complain) {
  const byLast = new Map(decisions.map((decision) => [decision.last, decision]));
  for (const call of calls.filter(({ result }) => result === 'accepted')) {
    const decision = byLast.get(call.last);
    if (!decision || decision.operation !== 'spend' || decision.generation !== call.generation) {
      complain(`acknowledged row ${call.last} is not there`);
      continue;
    }
    if (decision.key !== undefined && decision.key !== call.key) complain(`row ${call.last} was acknowledged twice`);
    decision.key = call.key;
    if (decision.answer !== undefined && decision.answer !== call.answer) {
      complain(`key ${call.key} got two different answers`);
    }
    decision.answer = call.answer;
    const sum = decision.rows.reduce((total, { amount }) => total + amount, 0);
    if (sum !== -call.cost) complain(`row ${call.last} was acknowledged as ${-call.cost} tokens`);
    if (decision.balance !== call.balance) {
      complain(`row ${call.last} was acknowledged with a balance of ${call.balance} instead of ${decision.balance}`);
    }
    decision.earliest = Math.max(decision.earliest ?? 0, call.invoked);
    decision.latest = Math.min(decision.latest ?? Infinity, call.returned);
  }
  for (const { operation, key, last } of decisions) {
    if (operation === 'spend' && key === undefined) complain(`nobody was told of row ${last}`);
  }
}

/** Whoever was answered before somebody else called comes before it. */
function order(decisions, complain) {
  let earliest = 0;
  for (const decision of decisions) decision.earliest = earliest = Math.max(earliest, decision.earliest ?? 0);
  let latest = Infinity;
  for (const decision of [...decisions].reverse()) {
    decision.latest = latest = Math.min(latest, decision.latest ?? Infinity);
  }
  for (const decision of decisions) {
    if (decision.earliest > decision.latest) complain(`row ${decision.last} is not where its call and its answer were`);
  }
}

/** Whether `right` holds for the balance at some moment of the call. */
function someMoment(decisions, call, right) {
  for (let next = 0; next <= decisions.length; ++next) {
    if (next > 0 && decisions[next - 1].earliest > call.returned) return false;
    const current = next === decisions.length || decisions[next].latest >= call.invoked;
    if (current && right(next === 0 ? 0 : decisions[next - 1].balance)) return true;
  }
  return false;
}

/**
 * What is wrong with a wallet's history; empty when nothing is. `rows`: its journal, as the API gives it. `calls`: what
 * its clients did, with times of one clock: `{ result: 'accepted' | 'refused' | 'read', invoked, returned, cost, key,
 * generation, last, balance, answer }`. Lots must not expire meanwhile.
 */
export function check({ rows, calls }) {
  const complaints = [];
  const complain = (what) => complaints.push(what);
  const decisions = decisionsOf(rows);
  replay(decisions, complain);
  explain(decisions, calls, complain);
  order(decisions, complain);
  for (const call of calls) {
    if (call.result === 'refused' && !someMoment(decisions, call, (balance) => balance < call.cost)) {
      complain(`a spend of ${call.cost} was refused, though the tokens were there (key ${call.key})`);
    }
    if (call.result === 'read' && !someMoment(decisions, call, (balance) => balance === call.balance)) {
      complain(`a balance of ${call.balance} was shown that never was`);
    }
  }
  return complaints;
}
