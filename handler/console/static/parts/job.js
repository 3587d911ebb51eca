// A job that is watched until it ends: live where that is possible, else by asking.

import { get, post } from "../api.js";
import { html, useCallback, useEffect, useRef, useState } from "../html.js";
import { useLive, useLooks } from "../updates.js";
import { jobs as words } from "../words/jobs.js";
import { Confirm } from "./dialog.js";
import { State } from "./shown.js";

const LOOKS = { often: 1, live: 30 }; // seconds
const NOWHERE = new Set([403, 404, 422]); // there is no such job for whoever asks
const ENDS = new Set(["succeeded", "dead", "cancelled"]);

export const ended = ({ state }) => ENDS.has(state);

// The job of an id, and what went wrong in asking for it. What its channel tells lacks what only
// the job itself has: its failures, and a result that is large.
export function useJob(id, path = `/jobs/${id}`) {
  const [{ job, problem }, tell] = useState({});
  const turn = useRef(0); // an older answer may come later
  const look = useCallback(async () => {
    const mine = (turn.current += 1);
    const told = await get(path).then((job) => () => ({ job }), (problem) => ({ job }) => ({ job, problem }));
    if (mine === turn.current) tell(told);
  }, [path]);
  const needed = Boolean(id) && !(job && ended(job)) && !(problem && NOWHERE.has(problem.status));
  useEffect(() => void (id && look()), [look]);
  useLooks(look, { ...LOOKS, needed });
  useLive(needed && `job:${id}`, {
    event({ data }) {
      if (ended(data)) look();
      else tell(({ job, problem }) => ({ job: job && { ...job, ...data }, problem }));
    },
    again: look,
  });
  return { job, problem, look };
}

export function JobState({ job }) {
  const asked = job.cancel_requested && !ended(job);
  return html`<${State} state=${job.state}>${asked ? words.cancelling : words.states[job.state]}<//>`;
}

export function Progress({ job }) {
  if (ended(job)) return job.note || null;
  const value = job.progress ?? undefined;
  const said = value === undefined ? words.states[job.state] : `${value} %`;
  return html`<progress max="100" value=${value} aria-label=${words.progress}></progress>
    <small class="muted">${said} ${job.note}</small>`;
}

// Stops a job that can still be stopped, once somebody has said so twice.
export function Cancel({ job, done }) {
  const [asking, setAsking] = useState(false);
  if (ended(job) || job.cancel_requested) return null;
  return html`
    <button class="bad" onClick=${() => setAsking(true)}>${words.cancel}</button>
    ${asking && html`
      <${Confirm} title=${words.cancel} yes=${words.cancel} run=${() => post(`/jobs/${job.id}/cancel`).then(done)}
        close=${() => setAsking(false)}><p>${words.cancelDetail}</p><//>`}
  `;
}
