// The words of accounts: signing up and in, the profile, devices.

export const account = {
  email: "E-mail",
  password: "Password",
  ended: "You were signed out. Sign in again to go on.",
  forgotten: "Forgotten the password?",
  noAccount: "No account yet?",
  open: "Open one",
};
