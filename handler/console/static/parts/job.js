// A job that is watched until it ends: live where that is possible, else by asking.

import { get } from "../api.js";
import { html, useEffect, useState } from "../html.js";
import { link, listen } from "../live.js";
import { jobs as words } from "../words/jobs.js";
import { State } from "./shown.js";

const [SHORTEST, LONGEST, LIVE] = [500, 4_000, 30_000]; // milliseconds between questions
const ENDS = new Set(["succeeded", "dead", "cancelled"]);

export const ended = ({ state }) => ENDS.has(state);

// The job of an id, and what went wrong in asking for it; `done` is called once when it ends.
export function useJob(id, done = () => {}) {
  const [known, setKnown] = useState({ job: null, problem: null });
  useEffect(() => {
    if (!id) return undefined;
    const watch = watching(id, setKnown, done);
    watch.look();
    const deaf = listen(`job:${id}`, watch.look);
    return () => {
      deaf();
      watch.stop();
    };
  }, [id]);
  return known;
}

function watching(id, tell, done) {
  let [timer, pause, over] = [0, SHORTEST, false];
  const look = async () => {
    clearTimeout(timer);
    try {
      const job = await get(`/jobs/${id}`);
      if (over) return;
      tell({ job, problem: null });
      if (ended(job)) {
        over = true;
        done(job);
      }
    } catch (problem) {
      if (!over) tell((known) => ({ ...known, problem }));
    }
    pause = Math.min(LONGEST, pause * 1.3);
    clearTimeout(timer); // of another look meanwhile
    if (!over) timer = setTimeout(look, link.get() === "live" ? LIVE : pause);
  };
  const stop = () => {
    over = true;
    clearTimeout(timer);
  };
  return { look, stop };
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
