
SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

CREATE FUNCTION public.refuse_consent_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN RAISE integrity_constraint_violation USING MESSAGE = 'consents are append-only'; END $$;

SET default_tablespace = '';

SET default_table_access_method = heap;

CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);

CREATE TABLE public.consents (
    id character varying(300) NOT NULL,
    kind character varying(300) NOT NULL,
    text_version character varying(300) NOT NULL,
    full_text text NOT NULL,
    sha256 character varying(300) NOT NULL,
    locale character varying(300) NOT NULL,
    unticked_default boolean NOT NULL,
    accepted_at timestamp with time zone NOT NULL,
    channel character varying(300) NOT NULL,
    customer_id character varying(300) NOT NULL,
    order_id character varying(300) NOT NULL,
    licence_id character varying(300) NOT NULL,
    nip character varying(300) NOT NULL,
    person character varying(300) NOT NULL,
    email character varying(300) NOT NULL,
    price_net character varying(20) NOT NULL,
    price_gross character varying(20) NOT NULL,
    renewal_date date NOT NULL,
    cancel_until date NOT NULL,
    app_version character varying(300) NOT NULL,
    receipt_id character varying(300) NOT NULL,
    revoked_at timestamp with time zone,
    revoked_channel character varying(300)
);

CREATE TABLE public.customers (
    id character varying(300) NOT NULL,
    name character varying(300) NOT NULL,
    nip character varying(300) NOT NULL,
    street character varying(300) NOT NULL,
    postcode character varying(300) NOT NULL,
    city character varying(300) NOT NULL,
    invoice_email character varying(300) NOT NULL
);

CREATE TABLE public.data_corrections (
    pk integer NOT NULL,
    customer_id character varying(300) NOT NULL,
    message text NOT NULL,
    created_at timestamp with time zone NOT NULL
);

CREATE SEQUENCE public.data_corrections_pk_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.data_corrections_pk_seq OWNED BY public.data_corrections.pk;

CREATE TABLE public.idempotency_keys (
    customer_id character varying(300) NOT NULL,
    key character varying(300) NOT NULL,
    fingerprint character varying(300) NOT NULL,
    order_id character varying(300) NOT NULL,
    response bytea NOT NULL,
    created_at timestamp with time zone NOT NULL
);

CREATE TABLE public.licences (
    id character varying(300) NOT NULL,
    customer_id character varying(300) NOT NULL,
    program_id character varying(300) NOT NULL,
    product character varying(300) NOT NULL,
    name character varying(300) NOT NULL,
    edition character varying(300) NOT NULL,
    valid_until date NOT NULL,
    seq integer NOT NULL,
    limits json NOT NULL,
    services json NOT NULL,
    auto_renewal boolean NOT NULL,
    renewal_date date,
    certificate text NOT NULL
);

CREATE TABLE public.order_events (
    pk integer NOT NULL,
    order_pk integer NOT NULL,
    state character varying(300) NOT NULL,
    at timestamp with time zone NOT NULL
);

CREATE SEQUENCE public.order_events_pk_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.order_events_pk_seq OWNED BY public.order_events.pk;

CREATE TABLE public.orders (
    pk integer NOT NULL,
    id character varying(300) NOT NULL,
    customer_id character varying(300) NOT NULL,
    licence_id character varying(300) NOT NULL,
    quote_id character varying(300) NOT NULL,
    state character varying(300) NOT NULL,
    placed_at timestamp with time zone NOT NULL,
    nip character varying(300) NOT NULL,
    invoice_email character varying(300) NOT NULL,
    first_name character varying(300) NOT NULL,
    last_name character varying(300) NOT NULL,
    phone character varying(300) NOT NULL,
    email character varying(300) NOT NULL,
    channel character varying(300) NOT NULL,
    app_version character varying(300) NOT NULL,
    terms_version character varying(300) NOT NULL,
    enrolled boolean NOT NULL
);

CREATE SEQUENCE public.orders_pk_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.orders_pk_seq OWNED BY public.orders.pk;

CREATE TABLE public.price_items (
    id character varying(300) NOT NULL,
    product character varying(300) NOT NULL,
    limit_name character varying(300) NOT NULL,
    limit_value integer NOT NULL,
    net character varying(20) NOT NULL
);

CREATE TABLE public.quotes (
    id character varying(300) NOT NULL,
    customer_id character varying(300) NOT NULL,
    licence_id character varying(300) NOT NULL,
    offer_id character varying(300) NOT NULL,
    kind character varying(300) NOT NULL,
    description character varying(300) NOT NULL,
    limits json NOT NULL,
    net character varying(20) NOT NULL,
    vat character varying(20) NOT NULL,
    gross character varying(20) NOT NULL,
    period_from date NOT NULL,
    period_to date NOT NULL,
    renewal_date date NOT NULL,
    renewal_net character varying(20) NOT NULL,
    renewal_vat character varying(20) NOT NULL,
    renewal_gross character varying(20) NOT NULL,
    cancel_until date NOT NULL,
    expires_at timestamp with time zone NOT NULL
);

CREATE TABLE public.sessions (
    token_hash character varying(300) NOT NULL,
    customer_id character varying(300) NOT NULL,
    scope character varying(300) NOT NULL,
    expires_at timestamp with time zone NOT NULL
);

CREATE TABLE public.users (
    email character varying(300) NOT NULL,
    customer_id character varying(300) NOT NULL,
    password_hash character varying(300) NOT NULL
);

ALTER TABLE ONLY public.data_corrections ALTER COLUMN pk SET DEFAULT nextval('public.data_corrections_pk_seq'::regclass);

ALTER TABLE ONLY public.order_events ALTER COLUMN pk SET DEFAULT nextval('public.order_events_pk_seq'::regclass);

ALTER TABLE ONLY public.orders ALTER COLUMN pk SET DEFAULT nextval('public.orders_pk_seq'::regclass);

INSERT INTO public.alembic_version VALUES ('0001');

INSERT INTO public.consents VALUES ('con_XFH0Xh1DlKZ_xAUB', 'auto_renewal', '1', 'Wyrażam zgodę na automatyczne odnowienie abonamentu R2księga. Gdy 21.07.2027 skończy się zamawiany okres, abonament przedłuży się na kolejne 12 miesięcy po cenie z cennika obowiązującego w dniu odnowienia (dziś: 795,60 zł netto, 978,59 zł brutto). Co najmniej 30 dni wcześniej otrzymam na adres faktury@klosowska.example wiadomość z datą i ceną odnowienia. Do dnia poprzedzającego odnowienie mogę z niego zrezygnować bezpłatnie i bez podania przyczyny: w programie (Pomoc → eSklep), w panelu https://online.reset2.pl/ lub e-mailem na kontakt@example.com. Rezygnacja nie skraca opłaconego okresu.', '3bcd40cd7fff206823b43ace8c5cf319dfa38945129ab9b35f2fea334e64c9b4', 'pl-PL', true, '2026-11-22 04:08:20.733819+00', 'module', 'K-100482', 'ord_dYlzTlza9DvmPWS2', 'L-R2K-100482', '5262831503', 'Anna Kłosowska', 'anna.klosowska@klosowska.example', '795.60', '978.59', '2027-07-22', '2027-07-21', '0.1.0', 'rcp_MVrQNw9yHu8sMcNB', NULL, NULL);
INSERT INTO public.consents VALUES ('con_UhAfOjOhTRH3lmCo', 'auto_renewal', '1', 'Wyrażam zgodę na automatyczne odnowienie abonamentu R2faktury. Gdy 28.03.2028 skończy się zamawiany okres, abonament przedłuży się na kolejne 12 miesięcy po cenie z cennika obowiązującego w dniu odnowienia (dziś: 298,00 zł netto, 366,54 zł brutto). Co najmniej 30 dni wcześniej otrzymam na adres faktury@klosowska.example wiadomość z datą i ceną odnowienia. Do dnia poprzedzającego odnowienie mogę z niego zrezygnować bezpłatnie i bez podania przyczyny: w programie (Pomoc → eSklep), w panelu https://online.reset2.pl/ lub e-mailem na kontakt@example.com. Rezygnacja nie skraca opłaconego okresu.', '2031e49c76459ed152b0d1390c10cefa621ccca55eb131c0fd3871c9e3c2e366', 'pl-PL', true, '2026-11-22 04:08:20.673928+00', 'module', 'K-100482', 'ord_ohCLUsXVcZM8owLh', 'L-R2F-100482', '5262831503', 'Anna Kłosowska', 'anna.klosowska@klosowska.example', '298.00', '366.54', '2028-03-29', '2028-03-28', '0.1.0', 'rcp_M6QOZrPjxPZwI6bP', '2026-11-22 04:08:20.766645+00', 'module');

INSERT INTO public.customers VALUES ('K-100482', 'Biuro Rachunkowe Kłosowska sp. z o.o.', '5262831503', 'ul. Świętokrzyska 12/4', '00-116', 'Warszawa', 'faktury@klosowska.example');
INSERT INTO public.customers VALUES ('K-2', 'Zakład Ślusarski Żak', '7010019252', 'Polna 1', '53-326', 'Wrocław', '');

INSERT INTO public.data_corrections VALUES (1, 'K-100482', 'Zły kod pocztowy', '2026-11-22 04:08:20.759999+00');

INSERT INTO public.idempotency_keys VALUES ('K-100482', 'bd57e019-3672-4dc1-bcfb-d9f63aaf10bc', '6cad002fa7a48ac54977c7c8e29fe80b3e34cc01aa002ffc5d8d2f5c6e319e38', 'ord_ohCLUsXVcZM8owLh', '\x7b226f726465725f6964223a226f72645f6f68434c55735856635a4d386f774c68222c226e756d626572223a225a414d2f323032362f303030303031222c226c6963656e63655f6964223a224c2d5232462d313030343832222c2270726f6772616d223a22523266616b74757279222c226b696e64223a22737562736372697074696f6e222c227374617465223a22706c61636564222c22706c616365645f6174223a22323032362d31312d32325430343a30383a32302e3637333932385a222c226465736372697074696f6e223a2241626f6e616d656e7420523266616b7475727920646f2033207374616e6f7769736b222c22706572696f64223a7b2266697273745f646179223a22323032372d30332d3239222c226c6173745f646179223a22323032382d30332d3238227d2c227072696365223a7b226e6574223a7b22616d6f756e74223a223239382e3030222c2263757272656e6379223a22504c4e227d2c22766174223a7b22616d6f756e74223a2236382e3534222c2263757272656e6379223a22504c4e227d2c2267726f7373223a7b22616d6f756e74223a223336362e3534222c2263757272656e6379223a22504c4e227d7d2c22656d61696c223a22616e6e612e6b6c6f736f77736b61406b6c6f736f77736b612e6578616d706c65222c2272656e6577616c223a7b22646179223a22323032382d30332d3239222c227072696365223a7b226e6574223a7b22616d6f756e74223a223239382e3030222c2263757272656e6379223a22504c4e227d2c22766174223a7b22616d6f756e74223a2236382e3534222c2263757272656e6379223a22504c4e227d2c2267726f7373223a7b22616d6f756e74223a223336362e3534222c2263757272656e6379223a22504c4e227d7d2c2263616e63656c5f756e74696c223a22323032382d30332d3238227d7d', '2026-11-22 04:08:20.673928+00');
INSERT INTO public.idempotency_keys VALUES ('K-100482', 'first-release-key', '6fc632ddf676117a796487d83532c6b6d8d243aebae3d158c3d6098a49fd5003', 'ord_dYlzTlza9DvmPWS2', '\x7b226f726465725f6964223a226f72645f64596c7a546c7a613944766d50575332222c226e756d626572223a225a414d2f323032362f303030303032222c226c6963656e63655f6964223a224c2d52324b2d313030343832222c2270726f6772616d223a2252326b7369c4996761222c226b696e64223a22657874656e73696f6e222c227374617465223a22706c61636564222c22706c616365645f6174223a22323032362d31312d32325430343a30383a32302e3733333831395a222c226465736372697074696f6e223a22526f7a737a65727a656e69652052326b7369c499676120646f203530206669726d222c22706572696f64223a7b2266697273745f646179223a22323032362d31312d3232222c226c6173745f646179223a22323032372d30372d3231227d2c227072696365223a7b226e6574223a7b22616d6f756e74223a223236332e3631222c2263757272656e6379223a22504c4e227d2c22766174223a7b22616d6f756e74223a2236302e3633222c2263757272656e6379223a22504c4e227d2c2267726f7373223a7b22616d6f756e74223a223332342e3234222c2263757272656e6379223a22504c4e227d7d2c22656d61696c223a22616e6e612e6b6c6f736f77736b61406b6c6f736f77736b612e6578616d706c65222c2272656e6577616c223a7b22646179223a22323032372d30372d3232222c227072696365223a7b226e6574223a7b22616d6f756e74223a223739352e3630222c2263757272656e6379223a22504c4e227d2c22766174223a7b22616d6f756e74223a223138322e3939222c2263757272656e6379223a22504c4e227d2c2267726f7373223a7b22616d6f756e74223a223937382e3539222c2263757272656e6379223a22504c4e227d7d2c2263616e63656c5f756e74696c223a22323032372d30372d3231227d7d', '2026-11-22 04:08:20.733819+00');

INSERT INTO public.licences VALUES ('L-R2P-100482', 'K-100482', 'P-R2P-100482', 'r2platnik', 'R2płatnik', 'Standard', '2026-12-22', 1, '{"employees": 50}', '["updates", "help", "online_data"]', false, NULL, '-----BEGIN LICENSE FILE-----
eyJlbmMiOiJleUp0WlhSaElqcDdJbWx6YzNWbFpDSTZJakl3TWpZdE1URXRN
akpVTURRNk1EZzZNakF1TkRBd1dpSXNJbVY0Y0dseWVTSTZiblZzYkN3aWRI
UnNJanB1ZFd4c0xDSnJaWGtpT2lJM05qVTVNVEl3T0RsbE56WmxNR05oSW4w
c0ltUmhkR0VpT25zaWFXUWlPaUpNTFZJeVVDMHhNREEwT0RJaUxDSjBlWEJs
SWpvaWJHbGpaVzV6WlhNaUxDSmhkSFJ5YVdKMWRHVnpJanA3SW01aGJXVWlP
aUpTTW5ERmdtRjBibWxySWl3aVpYaHdhWEo1SWpvaU1qQXlOaTB4TWkweU1s
UXlNam8xT1RvMU9TNHdNREJhSWl3aWMzUmhkSFZ6SWpvaVFVTlVTVlpGSWl3
aWJXVjBZV1JoZEdFaU9uc2ljSEp2Wm1sc1pTSTZJbkl5THpFaUxDSndjbTlr
ZFdOMElqb2ljakp3YkdGMGJtbHJJaXdpWldScGRHbHZiaUk2SWxOMFlXNWtZ
WEprSWl3aWNISnZaM0poYlY5cFpDSTZJbEF0VWpKUUxURXdNRFE0TWlJc0lt
TjFjM1J2YldWeVgybGtJam9pU3kweE1EQTBPRElpTENKdWFYQWlPaUkxTWpZ
eU9ETXhOVEF6SWl3aVkyOXRjR0Z1ZVNJNklrSnBkWEp2SUZKaFkyaDFibXR2
ZDJVZ1M4V0NiM052ZDNOcllTQnpjQzRnZWlCdkxtOHVJaXdpYzJWeElqb3hM
Q0pzYVcxcGRITWlPbnNpWlcxd2JHOTVaV1Z6SWpvMU1IMHNJbk5sY25acFky
VnpJanBiSW5Wd1pHRjBaWE1pTENKb1pXeHdJaXdpYjI1c2FXNWxYMlJoZEdF
aVhYMTlmU3dpYVc1amJIVmtaV1FpT2x0ZGZRPT0iLCJzaWciOiI1SzQ5N0M2
THhrUU9xd1dDNitwbk55L1VKenpEUU5oOVdqTmUzZlVXd0JLbjl3MnFVMWhE
dkdMYTBUd0llVGtZL2szeCsrRDYwL2VVYklhVk1nRG1CZz09IiwiYWxnIjoi
YmFzZTY0K2VkMjU1MTkifQ==
');
INSERT INTO public.licences VALUES ('L-R2K-100482', 'K-100482', 'P-R2K-100482', 'r2ksiega', 'R2księga', 'Standard', '2027-07-21', 1, '{"companies": 10}', '["updates", "help", "online_data"]', false, NULL, '-----BEGIN LICENSE FILE-----
eyJlbmMiOiJleUp0WlhSaElqcDdJbWx6YzNWbFpDSTZJakl3TWpZdE1URXRN
akpVTURRNk1EZzZNakF1TkRBeFdpSXNJbVY0Y0dseWVTSTZiblZzYkN3aWRI
UnNJanB1ZFd4c0xDSnJaWGtpT2lJM05qVTVNVEl3T0RsbE56WmxNR05oSW4w
c0ltUmhkR0VpT25zaWFXUWlPaUpNTFZJeVN5MHhNREEwT0RJaUxDSjBlWEJs
SWpvaWJHbGpaVzV6WlhNaUxDSmhkSFJ5YVdKMWRHVnpJanA3SW01aGJXVWlP
aUpTTW10emFjU1paMkVpTENKbGVIQnBjbmtpT2lJeU1ESTNMVEEzTFRJeFZE
SXhPalU1T2pVNUxqQXdNRm9pTENKemRHRjBkWE1pT2lKQlExUkpWa1VpTENK
dFpYUmhaR0YwWVNJNmV5SndjbTltYVd4bElqb2ljakl2TVNJc0luQnliMlIx
WTNRaU9pSnlNbXR6YVdWbllTSXNJbVZrYVhScGIyNGlPaUpUZEdGdVpHRnla
Q0lzSW5CeWIyZHlZVzFmYVdRaU9pSlFMVkl5U3kweE1EQTBPRElpTENKamRY
TjBiMjFsY2w5cFpDSTZJa3N0TVRBd05EZ3lJaXdpYm1sd0lqb2lOVEkyTWpn
ek1UVXdNeUlzSW1OdmJYQmhibmtpT2lKQ2FYVnlieUJTWVdOb2RXNXJiM2Rs
SUV2RmdtOXpiM2R6YTJFZ2MzQXVJSG9nYnk1dkxpSXNJbk5sY1NJNk1Td2li
R2x0YVhSeklqcDdJbU52YlhCaGJtbGxjeUk2TVRCOUxDSnpaWEoyYVdObGN5
STZXeUoxY0dSaGRHVnpJaXdpYUdWc2NDSXNJbTl1YkdsdVpWOWtZWFJoSWwx
OWZYMHNJbWx1WTJ4MVpHVmtJanBiWFgwPSIsInNpZyI6IkFRQWRQVG1XR2tF
LzRaU2pQMWdHVjBQS0VLaFE4QTYxSFNGL25US2Q4d2Nacmp2OVppajl0ZitS
bWk5TzhvdCtHcnkwL2VOS2IweU1EUHZmekdCbEJRPT0iLCJhbGciOiJiYXNl
NjQrZWQyNTUxOSJ9
');
INSERT INTO public.licences VALUES ('L-2', 'K-2', 'P-L-2', 'r2platnik', 'R2płatnik', 'Standard', '2026-12-22', 1, '{"employees": 5}', '["updates"]', false, NULL, '-----BEGIN LICENSE FILE-----
eyJlbmMiOiJleUp0WlhSaElqcDdJbWx6YzNWbFpDSTZJakl3TWpZdE1URXRN
akpVTURRNk1EZzZNakF1TlRrNFdpSXNJbVY0Y0dseWVTSTZiblZzYkN3aWRI
UnNJanB1ZFd4c0xDSnJaWGtpT2lJM05qVTVNVEl3T0RsbE56WmxNR05oSW4w
c0ltUmhkR0VpT25zaWFXUWlPaUpNTFRJaUxDSjBlWEJsSWpvaWJHbGpaVzV6
WlhNaUxDSmhkSFJ5YVdKMWRHVnpJanA3SW01aGJXVWlPaUpTTW5ERmdtRjBi
bWxySWl3aVpYaHdhWEo1SWpvaU1qQXlOaTB4TWkweU1sUXlNam8xT1RvMU9T
NHdNREJhSWl3aWMzUmhkSFZ6SWpvaVFVTlVTVlpGSWl3aWJXVjBZV1JoZEdF
aU9uc2ljSEp2Wm1sc1pTSTZJbkl5THpFaUxDSndjbTlrZFdOMElqb2ljakp3
YkdGMGJtbHJJaXdpWldScGRHbHZiaUk2SWxOMFlXNWtZWEprSWl3aWNISnZa
M0poYlY5cFpDSTZJbEF0VEMweUlpd2lZM1Z6ZEc5dFpYSmZhV1FpT2lKTExU
SWlMQ0p1YVhBaU9pSTNNREV3TURFNU1qVXlJaXdpWTI5dGNHRnVlU0k2SWxw
aGE4V0NZV1FneFpwc2RYTmhjbk5yYVNERnUyRnJJaXdpYzJWeElqb3hMQ0pz
YVcxcGRITWlPbnNpWlcxd2JHOTVaV1Z6SWpvMWZTd2ljMlZ5ZG1salpYTWlP
bHNpZFhCa1lYUmxjeUpkZlgxOUxDSnBibU5zZFdSbFpDSTZXMTE5Iiwic2ln
IjoiU3E5MzVyclpYS1EramF5SHQwWXVQZGRSbkNkcVJIVS9zaTNFd2gzRk9C
OEZ5NCt3Q29lVjJvdXlvM1RhZmNsNWhEMnVjYUNrTjVSdXIrODNWU3h6Q1E9
PSIsImFsZyI6ImJhc2U2NCtlZDI1NTE5In0=
');
INSERT INTO public.licences VALUES ('L-R2F-100482', 'K-100482', 'P-R2F-100482', 'r2faktury', 'R2faktury', 'Standard', '2028-03-28', 2, '{"stations": 3}', '["updates", "help", "online_data"]', true, '2028-03-29', '-----BEGIN LICENSE FILE-----
eyJlbmMiOiJleUp0WlhSaElqcDdJbWx6YzNWbFpDSTZJakl3TWpZdE1URXRN
akpVTURRNk1EZzZNakF1TmprNVdpSXNJbVY0Y0dseWVTSTZiblZzYkN3aWRI
UnNJanB1ZFd4c0xDSnJaWGtpT2lJM05qVTVNVEl3T0RsbE56WmxNR05oSW4w
c0ltUmhkR0VpT25zaWFXUWlPaUpNTFZJeVJpMHhNREEwT0RJaUxDSjBlWEJs
SWpvaWJHbGpaVzV6WlhNaUxDSmhkSFJ5YVdKMWRHVnpJanA3SW01aGJXVWlP
aUpTTW1aaGEzUjFjbmtpTENKbGVIQnBjbmtpT2lJeU1ESTRMVEF6TFRJNFZE
SXhPalU1T2pVNUxqQXdNRm9pTENKemRHRjBkWE1pT2lKQlExUkpWa1VpTENK
dFpYUmhaR0YwWVNJNmV5SndjbTltYVd4bElqb2ljakl2TVNJc0luQnliMlIx
WTNRaU9pSnlNbVpoYTNSMWNua2lMQ0psWkdsMGFXOXVJam9pVTNSaGJtUmhj
bVFpTENKd2NtOW5jbUZ0WDJsa0lqb2lVQzFTTWtZdE1UQXdORGd5SWl3aVkz
VnpkRzl0WlhKZmFXUWlPaUpMTFRFd01EUTRNaUlzSW01cGNDSTZJalV5TmpJ
NE16RTFNRE1pTENKamIyMXdZVzU1SWpvaVFtbDFjbThnVW1GamFIVnVhMjkz
WlNCTHhZSnZjMjkzYzJ0aElITndMaUI2SUc4dWJ5NGlMQ0p6WlhFaU9qSXNJ
bXhwYldsMGN5STZleUp6ZEdGMGFXOXVjeUk2TTMwc0luTmxjblpwWTJWeklq
cGJJblZ3WkdGMFpYTWlMQ0pvWld4d0lpd2liMjVzYVc1bFgyUmhkR0VpWFgx
OWZTd2lhVzVqYkhWa1pXUWlPbHRkZlE9PSIsInNpZyI6IjNQUGlvMG1LbkJn
ZDljQlRna1FHOHVidTExQW43SEFFT2VNWjZRYXVNbFVPbkNxUmYvdkt6RFA2
djJhR3FKV1JDeFBNTm5sQnVQbjQ0cTI2VEIyUERRPT0iLCJhbGciOiJiYXNl
NjQrZWQyNTUxOSJ9
');

INSERT INTO public.order_events VALUES (1, 1, 'placed', '2026-11-22 04:08:20.673928+00');
INSERT INTO public.order_events VALUES (2, 1, 'accepted', '2026-11-22 04:08:20.6928+00');
INSERT INTO public.order_events VALUES (3, 1, 'invoiced', '2026-11-22 04:08:20.6928+00');
INSERT INTO public.order_events VALUES (4, 1, 'paid', '2026-11-22 04:08:20.6928+00');
INSERT INTO public.order_events VALUES (5, 1, 'fulfilled', '2026-11-22 04:08:20.6928+00');
INSERT INTO public.order_events VALUES (6, 2, 'placed', '2026-11-22 04:08:20.733819+00');

INSERT INTO public.orders VALUES (1, 'ord_ohCLUsXVcZM8owLh', 'K-100482', 'L-R2F-100482', 'quo_F2omYHspGM9zDGyS', 'fulfilled', '2026-11-22 04:08:20.673928+00', '5262831503', 'faktury@klosowska.example', 'Anna', 'Kłosowska', '+48601234567', 'anna.klosowska@klosowska.example', 'module', '0.1.0', '1', true);
INSERT INTO public.orders VALUES (2, 'ord_dYlzTlza9DvmPWS2', 'K-100482', 'L-R2K-100482', 'quo_AhUcwvGXyMDvQ1GU', 'placed', '2026-11-22 04:08:20.733819+00', '5262831503', 'faktury@klosowska.example', 'Anna', 'Kłosowska', '+48601234567', 'anna.klosowska@klosowska.example', 'module', '0.1.0', '1', true);

INSERT INTO public.price_items VALUES ('r2platnik-5', 'r2platnik', 'employees', 5, '186.30');
INSERT INTO public.price_items VALUES ('r2platnik-50', 'r2platnik', 'employees', 50, '455.40');
INSERT INTO public.price_items VALUES ('r2platnik-100', 'r2platnik', 'employees', 100, '662.40');
INSERT INTO public.price_items VALUES ('r2faktury-1', 'r2faktury', 'stations', 1, '149.00');
INSERT INTO public.price_items VALUES ('r2faktury-3', 'r2faktury', 'stations', 3, '298.00');
INSERT INTO public.price_items VALUES ('r2faktury-10', 'r2faktury', 'stations', 10, '596.00');
INSERT INTO public.price_items VALUES ('r2ksiega-10', 'r2ksiega', 'companies', 10, '398.00');
INSERT INTO public.price_items VALUES ('r2ksiega-50', 'r2ksiega', 'companies', 50, '795.60');

INSERT INTO public.quotes VALUES ('quo_F2omYHspGM9zDGyS', 'K-100482', 'L-R2F-100482', 'subscription.r2faktury-3', 'subscription', 'Abonament R2faktury do 3 stanowisk', '{"stations": 3}', '298.00', '68.54', '366.54', '2027-03-29', '2028-03-28', '2028-03-29', '298.00', '68.54', '366.54', '2028-03-28', '2026-11-23 04:08:20.645947+00');
INSERT INTO public.quotes VALUES ('quo_AhUcwvGXyMDvQ1GU', 'K-100482', 'L-R2K-100482', 'extension.r2ksiega-50', 'extension', 'Rozszerzenie R2księga do 50 firm', '{"companies": 50}', '263.61', '60.63', '324.24', '2026-11-22', '2027-07-21', '2027-07-22', '795.60', '182.99', '978.59', '2027-07-21', '2026-11-23 04:08:20.713675+00');
INSERT INTO public.quotes VALUES ('quo_qWyLk0id8RaK7RL1', 'K-100482', 'L-R2P-100482', 'subscription.r2platnik-50', 'subscription', 'Abonament R2płatnik do 50 pracowników', '{"employees": 50}', '455.40', '104.74', '560.14', '2026-12-23', '2027-12-22', '2027-12-23', '455.40', '104.74', '560.14', '2027-12-22', '2026-11-23 04:08:20.755063+00');

INSERT INTO public.sessions VALUES ('4ced90f8f4abccc844f8209cd1d31d1e4edb09f0266d1640bed03993bdcf6130', 'K-100482', 'order', '2026-11-22 16:08:20.617801+00');

INSERT INTO public.users VALUES ('anna.klosowska@klosowska.example', 'K-100482', '$argon2id$v=19$m=65536,t=3,p=4$lFxTk7Vrw88vtcEqUcwqPA$+9jaDXEBqKx+QpRv1Mk1PedJN1eZVYAoHhTTRuXFA3k');

SELECT pg_catalog.setval('public.data_corrections_pk_seq', 1, true);

SELECT pg_catalog.setval('public.order_events_pk_seq', 6, true);

SELECT pg_catalog.setval('public.orders_pk_seq', 2, true);

ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);

ALTER TABLE ONLY public.consents
    ADD CONSTRAINT pk_consents PRIMARY KEY (id);

ALTER TABLE ONLY public.customers
    ADD CONSTRAINT pk_customers PRIMARY KEY (id);

ALTER TABLE ONLY public.data_corrections
    ADD CONSTRAINT pk_data_corrections PRIMARY KEY (pk);

ALTER TABLE ONLY public.idempotency_keys
    ADD CONSTRAINT pk_idempotency_keys PRIMARY KEY (customer_id, key);

ALTER TABLE ONLY public.licences
    ADD CONSTRAINT pk_licences PRIMARY KEY (id);

ALTER TABLE ONLY public.order_events
    ADD CONSTRAINT pk_order_events PRIMARY KEY (pk);

ALTER TABLE ONLY public.orders
    ADD CONSTRAINT pk_orders PRIMARY KEY (pk);

ALTER TABLE ONLY public.price_items
    ADD CONSTRAINT pk_price_items PRIMARY KEY (id);

ALTER TABLE ONLY public.quotes
    ADD CONSTRAINT pk_quotes PRIMARY KEY (id);

ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT pk_sessions PRIMARY KEY (token_hash);

ALTER TABLE ONLY public.users
    ADD CONSTRAINT pk_users PRIMARY KEY (email);

ALTER TABLE ONLY public.consents
    ADD CONSTRAINT uq_consents_receipt_id UNIQUE (receipt_id);

ALTER TABLE ONLY public.idempotency_keys
    ADD CONSTRAINT uq_idempotency_keys_order_id UNIQUE (order_id);

ALTER TABLE ONLY public.order_events
    ADD CONSTRAINT uq_order_events_order_pk_state UNIQUE (order_pk, state);

ALTER TABLE ONLY public.orders
    ADD CONSTRAINT uq_orders_id UNIQUE (id);

ALTER TABLE ONLY public.price_items
    ADD CONSTRAINT uq_price_items_product_limit_name_limit_value UNIQUE (product, limit_name, limit_value);

CREATE INDEX ix_consents_customer_id ON public.consents USING btree (customer_id);

CREATE INDEX ix_licences_customer_id ON public.licences USING btree (customer_id);

CREATE INDEX ix_orders_customer_id ON public.orders USING btree (customer_id);

CREATE INDEX ix_orders_licence_id ON public.orders USING btree (licence_id);

CREATE INDEX ix_quotes_customer_id ON public.quotes USING btree (customer_id);

CREATE UNIQUE INDEX one_open_order_a_licence ON public.orders USING btree (licence_id) WHERE ((state)::text = ANY ((ARRAY['placed'::character varying, 'accepted'::character varying, 'invoiced'::character varying, 'paid'::character varying])::text[]));

CREATE TRIGGER consents_no_delete BEFORE DELETE ON public.consents FOR EACH ROW EXECUTE FUNCTION public.refuse_consent_change();

CREATE TRIGGER consents_no_truncate BEFORE TRUNCATE ON public.consents FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_consent_change();

CREATE TRIGGER consents_no_update BEFORE UPDATE OF id, kind, text_version, full_text, sha256, locale, unticked_default, accepted_at, channel, customer_id, order_id, licence_id, nip, person, email, price_net, price_gross, renewal_date, cancel_until, app_version, receipt_id ON public.consents FOR EACH ROW EXECUTE FUNCTION public.refuse_consent_change();

CREATE TRIGGER consents_revoked_once BEFORE UPDATE OF revoked_at, revoked_channel ON public.consents FOR EACH ROW WHEN ((old.revoked_at IS NOT NULL)) EXECUTE FUNCTION public.refuse_consent_change();

ALTER TABLE ONLY public.consents
    ADD CONSTRAINT fk_consents_customer_id FOREIGN KEY (customer_id) REFERENCES public.customers(id);

ALTER TABLE ONLY public.consents
    ADD CONSTRAINT fk_consents_licence_id FOREIGN KEY (licence_id) REFERENCES public.licences(id);

ALTER TABLE ONLY public.consents
    ADD CONSTRAINT fk_consents_order_id FOREIGN KEY (order_id) REFERENCES public.orders(id);

ALTER TABLE ONLY public.data_corrections
    ADD CONSTRAINT fk_data_corrections_customer_id FOREIGN KEY (customer_id) REFERENCES public.customers(id);

ALTER TABLE ONLY public.idempotency_keys
    ADD CONSTRAINT fk_idempotency_keys_customer_id FOREIGN KEY (customer_id) REFERENCES public.customers(id);

ALTER TABLE ONLY public.idempotency_keys
    ADD CONSTRAINT fk_idempotency_keys_order_id FOREIGN KEY (order_id) REFERENCES public.orders(id);

ALTER TABLE ONLY public.licences
    ADD CONSTRAINT fk_licences_customer_id FOREIGN KEY (customer_id) REFERENCES public.customers(id);

ALTER TABLE ONLY public.order_events
    ADD CONSTRAINT fk_order_events_order_pk FOREIGN KEY (order_pk) REFERENCES public.orders(pk);

ALTER TABLE ONLY public.orders
    ADD CONSTRAINT fk_orders_customer_id FOREIGN KEY (customer_id) REFERENCES public.customers(id);

ALTER TABLE ONLY public.orders
    ADD CONSTRAINT fk_orders_licence_id FOREIGN KEY (licence_id) REFERENCES public.licences(id);

ALTER TABLE ONLY public.orders
    ADD CONSTRAINT fk_orders_quote_id FOREIGN KEY (quote_id) REFERENCES public.quotes(id);

ALTER TABLE ONLY public.quotes
    ADD CONSTRAINT fk_quotes_customer_id FOREIGN KEY (customer_id) REFERENCES public.customers(id);

ALTER TABLE ONLY public.quotes
    ADD CONSTRAINT fk_quotes_licence_id FOREIGN KEY (licence_id) REFERENCES public.licences(id);

ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT fk_sessions_customer_id FOREIGN KEY (customer_id) REFERENCES public.customers(id);

ALTER TABLE ONLY public.users
    ADD CONSTRAINT fk_users_customer_id FOREIGN KEY (customer_id) REFERENCES public.customers(id);

