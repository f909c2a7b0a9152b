import { Eye, EyeOff } from "lucide-react";
import { type FormEvent, useId, useRef, useState } from "react";
import { Notice } from "@/components/notice";
import { chooseNewPassword, type Step, signIn } from "@/lib/session";
import { text } from "@/lib/strings";

const words = text.signIn;

/** Email and password, and where Cognito asks for it, a new password. What was typed stays when it fails. */
export function SignInForm({ returning }: { returning: boolean }) {
  const [step, setStep] = useState<"password" | "new-password">("password");
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const isNew = step === "new-password";

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const [email, password] = [String(form.get("email") ?? "").trim(), String(form.get("password") ?? "")];
    if (!password || (!isNew && !email)) return setProblem(words.missing);
    setBusy(true);
    setProblem(null);
    try {
      const reached: Step = isNew ? await chooseNewPassword(password) : await signIn(email, password);
      if (reached === "new-password") setStep(reached);
    } catch (error) {
      setProblem(error instanceof Error ? error.message : (words.problems.other ?? null));
    } finally {
      setBusy(false);
    }
  }

  return (
    <form onSubmit={submit} className="flex flex-col gap-5" noValidate>
      <div className="flex flex-col gap-1.5">
        <h1 className="font-serif text-3xl tracking-tight">{isNew ? words.newTitle : words.title}</h1>
        <p className="text-muted">{isNew ? words.newLead : words.lead}</p>
      </div>
      {returning && !isNew && !problem && <p className="text-sm text-muted">{words.returning}</p>}
      {!isNew && <Field label={words.email} name="email" type="email" autoComplete="username" />}
      {isNew ? (
        <PasswordField key="new" label={words.newPassword} autoComplete="new-password" />
      ) : (
        <PasswordField key="password" label={words.password} autoComplete="current-password" />
      )}
      {problem && <Notice tone="bad">{problem}</Notice>}
      <button type="submit" className="button-main h-11" disabled={busy}>
        {busy ? words.working : isNew ? words.newSubmit : words.submit}
      </button>
    </form>
  );
}

interface FieldProps {
  label: string;
  name: string;
  type: "email" | "password" | "text";
  autoComplete: string;
}

function Field({ label, name, type, autoComplete }: FieldProps) {
  const id = useId();
  return (
    <div className="flex flex-col gap-1.5">
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      <input id={id} name={name} type={type} autoComplete={autoComplete} className="field" required />
    </div>
  );
}

function PasswordField({ label, autoComplete }: { label: string; autoComplete: string }) {
  const [shown, setShown] = useState(false);
  const wrapper = useRef<HTMLDivElement>(null);
  return (
    <div className="relative" ref={wrapper}>
      <Field label={label} name="password" type={shown ? "text" : "password"} autoComplete={autoComplete} />
      <button
        type="button"
        className="icon-button absolute right-1 bottom-1"
        onClick={() => setShown(!shown)}
        aria-label={shown ? words.hide : words.show}
      >
        {shown ? <EyeOff className="size-4" /> : <Eye className="size-4" />}
      </button>
    </div>
  );
}
