#include "actors/mail/letters.hpp"

namespace atelier {

const std::vector<letter>& all_letters() {
    static const std::vector<letter> letters{
        {mail_template::confirmation,
         "confirmation",
         {"link", "expires_at"},
         {"Confirm your e-mail address",
          {"To start using Atelier, confirm this address by opening the link:", "{link}",
           "The link works until {expires_at}.",
           "If you did not sign up for Atelier, you can ignore this mail."}},
         {"Подтвердите адрес электронной почты",
          {"Чтобы начать работу в Atelier, подтвердите этот адрес, перейдя по ссылке:", "{link}",
           "Ссылка действует до {expires_at}.",
           "Если вы не регистрировались в Atelier, просто удалите это письмо."}}},

        {mail_template::already_registered,
         "already_registered",
         {},
         {"You already have an account",
          {"Somebody, perhaps you, tried to sign up for Atelier with this address. It already has an "
           "account: "
           "sign in with the password that you chose.",
           "If it was not you, there is nothing to do: your data are safe."}},
         {"У вас уже есть учётная запись",
          {"Кто-то, возможно вы, пытался зарегистрироваться в Atelier с этим адресом. Учётная запись с ним "
           "уже есть: войдите с тем паролем, который вы выбрали.",
           "Если это были не вы, ничего делать не нужно: ваши данные в безопасности."}}},

        {mail_template::reset_password,
         "reset_password",
         {"link", "expires_at"},
         {"Set a new password",
          {"Somebody, hopefully you, asked for a new password for your account at Atelier. Open the link to "
           "set it:",
           "{link}", "The link works once, until {expires_at}.",
           "If you did not ask for it, ignore this mail: your password stays as it is."}},
         {"Задайте новый пароль",
          {"Кто-то, надеемся, что вы, запросил новый пароль к вашей учётной записи в Atelier. Чтобы задать "
           "его, перейдите по ссылке:",
           "{link}", "Ссылка действует один раз, до {expires_at}.",
           "Если вы этого не запрашивали, просто удалите это письмо: пароль останется прежним."}}},

        {mail_template::password_changed,
         "password_changed",
         {"time"},
         {"Your password was changed",
          {"The password of your account at Atelier was changed at {time}.",
           "If it was you, there is nothing to do. If it was not, ask for a new password at once."}},
         {"Ваш пароль изменён",
          {"Пароль вашей учётной записи в Atelier был изменён: {time}.",
           "Если это сделали вы, ничего делать не нужно. Если нет, немедленно запросите новый пароль."}}},

        {mail_template::confirm_new_address,
         "confirm_new_address",
         {"link", "expires_at"},
         {"Confirm your new e-mail address",
          {"This address is to become that of an account at Atelier. Confirm it by opening the link:",
           "{link}", "The link works until {expires_at}. Until then the account keeps its old address.",
           "If you did not ask for it, ignore this mail: nothing will change."}},
         {"Подтвердите новый адрес электронной почты",
          {"Этот адрес указан как новый для учётной записи в Atelier. Подтвердите его, перейдя по ссылке:",
           "{link}", "Ссылка действует до {expires_at}. До подтверждения остаётся прежний адрес.",
           "Если вы этого не запрашивали, просто удалите это письмо: ничего не изменится."}}},

        {mail_template::address_change_notice,
         "address_change_notice",
         {"masked"},
         {"Your e-mail address is about to change",
          {"Somebody, hopefully you, asked to change the address of your account at Atelier to {masked}. It "
           "changes when the new address is confirmed.",
           "If it was not you, somebody else knows your password: set a new one at once."}},
         {"Адрес вашей учётной записи меняется",
          {"Кто-то, надеемся, что вы, запросил смену адреса вашей учётной записи в Atelier на {masked}. "
           "Адрес "
           "изменится, когда новый будет подтверждён.",
           "Если это были не вы, ваш пароль знает кто-то ещё: немедленно задайте новый."}}},

        {mail_template::account_deleted,
         "account_deleted",
         {},
         {"Your account was deleted",
          {"Your account at Atelier was deleted, as you asked. This is the last mail about it.",
           "Thank you for having been with us."}},
         {"Ваша учётная запись удалена",
          {"Ваша учётная запись в Atelier удалена по вашему запросу. Это последнее письмо о ней.",
           "Спасибо, что были с нами."}}},

        {mail_template::sign_in_blocked,
         "sign_in_blocked",
         {"until"},
         {"Too many attempts to sign in",
          {"Somebody tried too often to sign in to your account at Atelier with a wrong password. Signing in "
           "is not possible until {until}.",
           "If it was you, wait until then, or set a new password. If it was not, there is nothing to do: "
           "nobody has got in."}},
         {"Слишком много попыток входа",
          {"Кто-то слишком часто пытался войти в вашу учётную запись в Atelier с неверным паролем. Вход "
           "невозможен до {until}.",
           "Если это были вы, подождите или задайте новый пароль. Если нет, ничего делать не нужно: войти "
           "никому не удалось."}}},
    };
    return letters;
}

} // namespace atelier
